import { isIP } from 'node:net'
import { getCACertificates } from 'node:tls'
import type { SmppCredential } from '@carillon/contract'
import type { Pdu, Session } from 'smpp'
import { targetRefusedCode } from '../../00-kernel/safe-target.ts'
import type { LaneOptions, Verdict } from '../channel.ts'
import { verdictOfBind } from './outcome.ts'

export type Submitted = { response: Pdu } | { failure: 'not_sent' | 'unknown' | 'timeout'; code: string }

/** One bound connection to a message centre; over when `closed` resolves. */
export interface SmppConnection {
  submit(fields: Record<string, unknown>): Promise<Submitted>
  closed: Promise<void>
  /** Says goodbye where there is somebody to hear it. */
  close(): Promise<void>
}

type Reach = Pick<LaneOptions, 'ca' | 'timeoutMs' | 'safeLookup'>
/** Takes what the centre delivers; it is told that we have it once this resolves. */
type OnDelivery = (pdu: Pdu) => Promise<void>

const defaultEnquireSeconds = 30
/** SMPP 3.4, section 5.2.4. */
const interfaceVersion = 0x34
/** ESME_RX_T_APPN: deliver it again later. */
const notNow = 0x64
const goodbyeMs = 1_000

/** Connects and binds as a transceiver, or says why not. */
export async function connectSmpp(
  credential: SmppCredential,
  { ca, timeoutMs, safeLookup }: Reach,
  onDelivery: OnDelivery,
): Promise<SmppConnection | Verdict> {
  const target = await whereTo(credential, safeLookup)
  if ('class' in target) return target
  // Where nobody sends by it, nobody pays for it.
  const { default: smpp } = await import('smpp')
  const session = smpp.connect({
    host: target.address,
    port: target.port ?? credential.port,
    ...(credential.tls
      ? {
          tls: true,
          ca: [...getCACertificates('default'), ...ca],
          ...(isIP(credential.host) ? {} : { servername: credential.host }),
        }
      : {}),
  })
  // A small PDU would wait for the answer to the one before it.
  session.socket.setNoDelay(true)
  let lastError = 'ECONNRESET'
  // What cannot be read leaves the stream out of step, so the connection goes in either case.
  session.on('error', (error: NodeJS.ErrnoException) => {
    lastError = error.code ?? 'MALFORMED_PDU'
    session.destroy()
  })
  const closed = new Promise<void>((resolve) => session.once('close', () => resolve()))
  // Before the bind: the centre may speak in the very packet that answers it.
  answerRequests(session, onDelivery)
  const refusal = await bind(session, credential, { timeoutMs, closed, lastError: () => lastError })
  if (refusal) {
    session.destroy()
    return refusal
  }
  return keepAlive(session, { credential, timeoutMs, closed })
}

/** The address is the one that was judged: a second look-up could lie. */
async function whereTo({ host, port }: SmppCredential, safeLookup: LaneOptions['safeLookup']) {
  try {
    const target = await safeLookup(new URL(`https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`))
    if (!('refused' in target)) return target
    return { class: 'auth_broken', status: null, code: targetRefusedCode, detail: target.refused } as const
  } catch (error) {
    return {
      class: 'retry',
      status: null,
      code: (error as NodeJS.ErrnoException).code ?? 'ENOTFOUND',
    } as const
  }
}

interface Binding {
  timeoutMs: number
  closed: Promise<void>
  lastError: () => string
}

function bind(
  session: Session,
  { tls, system_id, password, system_type = '' }: SmppCredential,
  { timeoutMs, closed, lastError }: Binding,
): Promise<Verdict | null> {
  return new Promise((resolve) => {
    const end = (verdict: Verdict | null) => {
      clearTimeout(timer)
      resolve(verdict)
    }
    const failed = (code: string) => end({ class: 'retry', status: null, code })
    const timer = setTimeout(() => failed('TIMEOUT'), timeoutMs)
    void closed.then(() => failed(lastError()))
    session.once(tls ? 'secureConnect' : 'connect', () => {
      session.bind_transceiver(
        { system_id, password, system_type, interface_version: interfaceVersion },
        ({ command_status }) => end(command_status === 0 ? null : verdictOfBind(command_status)),
      )
    })
  })
}

function answerRequests(session: Session, onDelivery: OnDelivery): void {
  session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()))
  session.on('unbind', (pdu: Pdu) => {
    session.send(pdu.response())
    session.close()
  })
  session.on('deliver_sm', (pdu: Pdu) => {
    onDelivery(pdu).then(
      () => session.send(pdu.response()),
      () => session.send(pdu.response({ command_status: notNow })),
    )
  })
}

interface Keeping {
  credential: SmppCredential
  timeoutMs: number
  closed: Promise<void>
}

function keepAlive(session: Session, { credential, timeoutMs, closed }: Keeping): SmppConnection {
  const seconds = credential.enquire_link_seconds ?? defaultEnquireSeconds
  let heardAt = performance.now()
  session.on('pdu', () => {
    heardAt = performance.now()
  })
  const heartbeat = setInterval(() => {
    const quietMs = performance.now() - heardAt
    if (quietMs > seconds * 1000 + timeoutMs) session.destroy()
    else if (quietMs >= seconds * 500) session.enquire_link()
  }, seconds * 500)
  heartbeat.unref()
  void closed.then(() => clearInterval(heartbeat))

  return {
    closed,
    submit: (fields) => submit(session, fields, { timeoutMs, closed }),
    close: async () => {
      session.unbind(() => session.close())
      const late = setTimeout(() => session.destroy(), goodbyeMs)
      await closed
      clearTimeout(late)
    },
  }
}

function submit(
  session: Session,
  fields: Record<string, unknown>,
  { timeoutMs, closed }: Pick<Keeping, 'timeoutMs' | 'closed'>,
): Promise<Submitted> {
  return new Promise((resolve) => {
    const end = (submitted: Submitted) => {
      clearTimeout(timer)
      resolve(submitted)
    }
    const timer = setTimeout(() => end({ failure: 'timeout', code: 'TIMEOUT' }), timeoutMs)
    const isWritten = session.submit_sm(fields, (response) => end({ response }))
    if (!isWritten) end({ failure: 'not_sent', code: 'ECONNRESET' })
    void closed.then(() => end({ failure: 'unknown', code: 'ECONNRESET' }))
  })
}
