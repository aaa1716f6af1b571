import { connect, isIP, type Socket } from 'node:net'
import { checkServerIdentity, rootCertificates } from 'node:tls'
import type { EmailCredential } from '@carillon/contract'
import type { SMTPPoolOptions, Transporter } from 'nodemailer'
import type { LaneOptions } from '../channel.ts'
import { maxConnections, messagesPerConnection } from './limits.ts'
import { hostRefusedCode } from './outcome.ts'

/** Headers that DKIM covers: RFC 8058, section 4 wants both of List-Unsubscribe, which nodemailer's own list lacks. */
const signedHeaders = [
  'from',
  'to',
  'reply-to',
  'subject',
  'date',
  'message-id',
  'mime-version',
  'content-type',
  'list-unsubscribe',
  'list-unsubscribe-post',
]

/** Connections to the mail server of one credential. Every server that is called passes `safeLookup` first. */
export async function openTransport(
  { host, port, security, user, password, dkim }: EmailCredential,
  { ca, timeoutMs, safeLookup }: Pick<LaneOptions, 'ca' | 'timeoutMs' | 'safeLookup'>,
): Promise<Transporter> {
  const options: SMTPPoolOptions = {
    pool: true,
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    maxConnections,
    maxMessages: messagesPerConnection,
    // Retries have one owner, and that is the dispatcher.
    maxRequeues: 1,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    // A server may look at an email for long before it takes it.
    socketTimeout: timeoutMs * 2,
    disableFileAccess: true,
    disableUrlAccess: true,
    logger: false,
    ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
    tls: {
      // RFC 6066, section 3: an address is no server name. The certificate has to be of this host all the same.
      ...(isIP(host) === 0 && { servername: host }),
      checkServerIdentity: (_name, certificate) => checkServerIdentity(host, certificate),
      minVersion: 'TLSv1.2',
      ...(ca.length > 0 && { ca: [...rootCertificates, ...ca] }),
    },
    ...(dkim && {
      dkim: {
        domainName: dkim.domain,
        keySelector: dkim.selector,
        privateKey: dkim.private_key,
        headerFieldNames: signedHeaders.join(':'),
      },
    }),
  }
  // Where nobody sends by it, nobody pays for it.
  const { default: nodemailer } = await import('nodemailer')
  const transport = nodemailer.createTransport(options)
  // What concerns an email is told with it; a connection that breaks while idle concerns nobody.
  transport.on('error', () => {})
  transport.getSocket = (_options, callback) => {
    connectTo(host, port, { safeLookup, timeoutMs }).then(
      (connection) => callback(null, { connection }),
      (error: Error) => callback(error),
    )
  }
  return transport
}

/** Connects to exactly the address that was judged. */
async function connectTo(
  host: string,
  port: number,
  { safeLookup, timeoutMs }: Pick<LaneOptions, 'safeLookup' | 'timeoutMs'>,
): Promise<Socket> {
  // The guard knows addresses of the web; what it judges is host and port.
  const url = URL.parse(`https://${host}:${port}`)
  if (!url) throw failed(`${host} is not the name of a host.`, 'EDNS')
  const target = await safeLookup(url).catch((error: NodeJS.ErrnoException) => {
    throw failed(error.message, 'EDNS', error.code)
  })
  if ('refused' in target) {
    throw failed(`${target.refused}; ALLOW_PRIVATE_TARGETS can allow ${host}:${port}.`, hostRefusedCode)
  }
  const socket = connect({ host: target.address, port: target.port ?? port, timeout: timeoutMs })
  return new Promise((resolve, reject) => {
    const fail = (error: Error, originalCode?: string) => {
      socket.destroy()
      reject(failed(error.message, 'ESOCKET', originalCode))
    }
    socket.once('error', (error: NodeJS.ErrnoException) => fail(error, error.code))
    socket.once('timeout', () => fail(new Error('Connection timeout'), 'CONNECT_TIMEOUT'))
    socket.once('connect', () => {
      socket.removeAllListeners('error').removeAllListeners('timeout').setTimeout(0)
      resolve(socket)
    })
  })
}

function failed(message: string, code: string, originalCode?: string): Error {
  return Object.assign(new Error(message), { code, originalCode, command: 'CONN' })
}
