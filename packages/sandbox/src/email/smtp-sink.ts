import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import { simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerSession } from 'smtp-server'
import { putBounded } from '../bounded.ts'
import type { Certified } from '../crypto/certificate.ts'
import {
  contentRefusals,
  type EmailScenario,
  type Refusal,
  recipientRefusals,
  scenarioOf,
} from './email-scenarios.ts'
import type { Mailbox } from './mailbox.ts'

export interface SmtpSinkOptions {
  host: string
  /** 0 takes a free one. */
  port: number
  server: Certified
  user: string
  password: string
  mailbox: Mailbox
}

export interface SmtpSink {
  port: number
  close(): Promise<void>
}

const SLOW_MS = 2_000
/** A little more than what senders may send. */
const MOST_BYTES = 20 * 1024 * 1024
/** First attempts that are remembered. */
const ATTEMPTS_LIMIT = 10_000

/** A mail server that insists on encryption and a password, and delivers nothing to anybody. */
export async function listenSmtp(options: SmtpSinkOptions): Promise<SmtpSink> {
  const attempts = new Map<string, true>()
  /** Whether it happens for the first time. */
  const isFirst = (what: string) => {
    if (attempts.has(what)) return false
    putBounded(attempts, ATTEMPTS_LIMIT, what, true)
    return true
  }
  const refusalOf = (refusal: Refusal | undefined, what: string) =>
    refusal && (!refusal.isOnce || isFirst(what)) ? refusal : undefined

  const smtp = new SMTPServer({
    name: 'sandbox.example',
    key: options.server.key,
    cert: options.server.certificate,
    size: MOST_BYTES,
    authMethods: ['PLAIN', 'LOGIN'],
    onAuth: ({ username, password }, _session, done) =>
      username === options.user && password === options.password
        ? done(null, { user: username })
        : done(refused({ code: 535, text: '5.7.8 Username and password are not accepted' })),
    onRcptTo: ({ address }, session, done) => {
      const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address
      const refusal = refusalOf(recipientRefusals[scenarioOf(address)], `${from} ${address}`)
      if (refusal?.code === 421) setImmediate(() => cut(smtp, session))
      done(refusal && refused(refusal))
    },
    onData: (stream, session, done) => {
      void take(stream, session).then(
        (text) => done(null, text),
        (error) => done(error),
      )
    },
  })

  async function take(stream: Readable, session: SMTPServerSession): Promise<string> {
    const to = session.envelope.rcptTo.map(({ address }) => address)
    const from = session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address
    const raw = Buffer.concat(await stream.toArray())
    const scenario: EmailScenario = scenarioOf(to[0] ?? '')
    const refusal = contentRefusals[scenario]
    if (refusal) throw refused(refusal)
    const parsed = await simpleParser(raw, { skipImageLinks: true, skipTextToHtml: true })
    const { id } = options.mailbox.arrive({ parsed, raw, envelope: { from, to }, encrypted: session.secure })
    if (scenario === 'slow') await wait(SLOW_MS)
    // It has been taken, and its sender does not know.
    if (scenario === 'drop' && isFirst(`drop ${parsed.messageId}`)) cut(smtp, session)
    return `2.0.0 OK queued as ${id}`
  }

  // A client that leaves in the middle is its own affair.
  smtp.on('error', () => {})
  const server = smtp.listen(options.port, options.host)
  await new Promise<void>((listening, failed) => {
    server.once('listening', listening)
    server.once('error', failed)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise<void>((closed) => {
        smtp.close(() => closed())
        for (const connection of connectionsOf(smtp)) connection.close()
      }),
  }
}

function refused({ code, text }: Refusal): Error {
  return Object.assign(new Error(text), { responseCode: code })
}

interface Connection {
  id: string
  close(): void
}

function connectionsOf(smtp: SMTPServer): Iterable<Connection> {
  return (smtp as unknown as { connections: Set<Connection> }).connections
}

function cut(smtp: SMTPServer, { id }: SMTPServerSession): void {
  for (const connection of connectionsOf(smtp)) if (connection.id === id) connection.close()
}
