import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import smpp, { type Pdu, type Session } from 'smpp'
import { putBounded } from '../bounded.ts'
import type { Certified } from '../crypto/certificate.ts'
import type { Books } from '../wire/serve-provider.ts'
import type { Conversations, SayBack, Text } from './conversations.ts'
import { onlyFirst, SLOW_MS, type SmsScenario, smsScenarioOf } from './scenarios.ts'

export interface SmppAccount {
  provider: 'smpp'
  host: string
  port: number
  tls: true
  system_id: string
  password: string
  from: string
}

export interface SmppCentreOptions {
  host: string
  /** 0 takes a free one. */
  port: number
  server: Certified
  account(): Pick<SmppAccount, 'system_id' | 'password'>
  conversations: Conversations
  books: Pick<Books, 'faults' | 'stats'>
}

export interface SmppCentre {
  port: number
  /** Cuts the connections that are open now. */
  cut(): void
  close(): Promise<void>
}

/** SMPP 3.4, section 5.1.3. */
const status = {
  ok: 0x00,
  systemError: 0x08,
  invalidSource: 0x0a,
  invalidDestination: 0x0b,
  invalidPassword: 0x0e,
  invalidSystemId: 0x0f,
  queueFull: 0x14,
  notBound: 0x04,
  submitFailed: 0x45,
  throttled: 0x58,
} as const

/** Faults are put up by HTTP status; the same in this protocol's words. */
const faultStatuses: Record<number, number> = { 400: status.submitFailed, 429: status.throttled }

/** What a submit to the number is answered with; `landline` and `opted_out` are known to Twilio alone. */
const scenarioStatuses: Partial<Record<SmsScenario, number>> = {
  invalid: status.invalidDestination,
  landline: status.invalidDestination,
  opted_out: status.submitFailed,
  region_off: status.submitFailed,
  message_bad: status.submitFailed,
  throttled: status.throttled,
  unavailable: status.systemError,
  queue_full: status.queueFull,
}

/** What its receipt says; nothing at all for `silent`. */
const scenarioStates: Partial<Record<SmsScenario, [word: string, number: number, error: string]>> = {
  undelivered: ['UNDELIV', 5, '001'],
  unreachable: ['EXPIRED', 3, '002'],
  filtered: ['REJECTD', 8, '003'],
}

const CONCATENATED_LIMIT = 1_000
const FIRST_LIMIT = 10_000

/** A message centre on TLS: binds, takes texts of several parts, sends receipts, and hands on what phones write. */
export async function listenSmpp(options: SmppCentreOptions): Promise<SmppCentre> {
  const { conversations, books } = options
  const open = new Set<Session>()
  /** Those that are bound, and by which account; the last one last. */
  const sessions = new Map<Session, string>()
  const parts = new Map<string, Map<number, string>>()
  const seen = new Map<string, true>()
  let messageCount = 0x1000

  const server = smpp.createServer(
    { key: options.server.key, cert: options.server.certificate },
    (session) => {
      if (books.faults.drawForConnection('smpp')) return session.destroy()
      books.stats.of('smpp').connections++
      serve(session)
    },
  )
  // A client that does not trust us is its own concern.
  server.on('tlsClientError', (_error: Error, socket: { destroy(): void }) => socket.destroy())

  function serve(session: Session): void {
    let isBound = false
    open.add(session)
    session.on('error', () => session.destroy())
    session.on('close', () => {
      open.delete(session)
      sessions.delete(session)
    })
    for (const command of ['bind_transceiver', 'bind_receiver', 'bind_transmitter'])
      session.on(command, (pdu: Pdu) => {
        const refusal = checkBind(pdu, options.account())
        isBound = refusal === status.ok
        if (isBound) sessions.set(session, String(pdu.system_id))
        else books.stats.countRefused('smpp', hex(refusal))
        session.send(pdu.response({ command_status: refusal, system_id: 'SANDBOX' }))
      })
    session.on('enquire_link', (pdu: Pdu) => session.send(pdu.response()))
    session.on('unbind', (pdu: Pdu) => {
      session.send(pdu.response())
      session.close()
    })
    session.on('submit_sm', (pdu: Pdu) => {
      books.stats.of('smpp').requests++
      if (!isBound) session.send(pdu.response({ command_status: status.notBound }))
      else submit(session, pdu)
    })
  }

  function submit(session: Session, pdu: Pdu): void {
    const fault = books.faults.drawForRequest('smpp')
    if (fault?.fault === 'hang') return books.stats.countRefused('smpp', 'hang')
    if (fault?.fault === 'reset' || fault?.fault === 'goaway') return cut(session, fault.fault)
    if (fault?.fault === 'status')
      return refuse(session, pdu, faultStatuses[fault.status ?? 503] ?? status.systemError)
    const number = `+${pdu.destination_addr}`
    const scenario = smsScenarioOf(number)
    if (!onlyFirst.has(scenario) || isFirst(number, pdu)) {
      if (scenario === 'reset') return cut(session, 'reset')
      const refusal = checkSubmit(pdu) ?? scenarioStatuses[scenario]
      if (refusal !== undefined) return refuse(session, pdu, refusal)
    }
    const delayMs = fault?.fault === 'slow' ? (fault.delay_ms ?? SLOW_MS) : scenario === 'slow' ? SLOW_MS : 0
    accept(session, pdu, { scenario, delayMs })
  }

  function accept(
    session: Session,
    pdu: Pdu,
    { scenario, delayMs }: { scenario: SmsScenario; delayMs: number },
  ) {
    books.stats.countAccepted('smpp', undefined)
    // Hexadecimal in the answer, decimal in the receipt, as some centres do.
    const id = ++messageCount
    const text = assemble(pdu, sayBackTo(sessions.get(session) ?? ''))
    const answer = () => session.send(pdu.response({ message_id: id.toString(16).toUpperCase() }))
    const receipt = () => {
      if (text && pdu.registered_delivery === 1 && scenario !== 'silent')
        sendReceipt(session, { pdu, id, text, state: scenarioStates[scenario] ?? ['DELIVRD', 2, '000'] })
    }
    if (scenario === 'disordered') receipt()
    if (delayMs > 0) setTimeout(answer, delayMs).unref()
    else answer()
    if (scenario !== 'disordered') setTimeout(receipt, delayMs).unref()
  }

  /** The whole text, once its last part is here. */
  function assemble(pdu: Pdu, sayBack: SayBack): Text | undefined {
    const { message, udh } = contentOf(pdu)
    const header = udh?.find((element) => element[0] === 0x00)
    const [total, place] = header ? [header[3] ?? 1, header[4] ?? 1] : [1, 1]
    const key = `${pdu.destination_addr} ${header?.[2] ?? ''} ${total}`
    const known = parts.get(key) ?? new Map<number, string>()
    known.set(place, message)
    putBounded(parts, CONCATENATED_LIMIT, key, known)
    if (known.size < total) return undefined
    parts.delete(key)
    return conversations.arrive({
      provider: 'smpp',
      from: sourceOf(pdu),
      to: `+${pdu.destination_addr}`,
      text: [...known]
        .sort(([a], [b]) => a - b)
        .map(([, part]) => part)
        .join(''),
      segments: total,
      encoding: pdu.data_coding === 8 ? 'ucs2' : 'gsm7',
      sayBack,
    })
  }

  function sendReceipt(
    session: Session,
    {
      pdu,
      id,
      text,
      state: [word, number, error],
    }: {
      pdu: Pdu
      id: number
      text: Text
      state: [string, number, string]
    },
  ): void {
    session.deliver_sm(
      {
        esm_class: 0x04,
        source_addr_ton: 1,
        source_addr_npi: 1,
        source_addr: pdu.destination_addr,
        destination_addr: pdu.source_addr,
        data_coding: 0,
        short_message: `id:${id} sub:001 dlvrd:${word === 'DELIVRD' ? '001' : '000'} submit date:2611210800 done date:2611210801 stat:${word} err:${error} text:`,
        // Every other receipt has TLVs as well.
        ...(id % 2 === 0 ? { receipted_message_id: String(id), message_state: number } : {}),
      },
      (answer) => {
        if (answer.command_status === status.ok) conversations.told(text, word)
      },
    )
  }

  /** Through a connection of the account that the phone was written to by. */
  function sayBackTo(account: string): SayBack {
    return ({ from, to, text }) => {
      const session = [...sessions].findLast(([, systemId]) => systemId === account)?.[0]
      session?.deliver_sm({
        source_addr_ton: 1,
        source_addr_npi: 1,
        source_addr: from.replace(/^\+/, ''),
        destination_addr: to.replace(/^\+/, ''),
        ...encodedAs(text),
      })
    }
  }

  function isFirst(number: string, pdu: Pdu): boolean {
    const key = `${number} ${contentOf(pdu).message}`
    if (seen.has(key)) return false
    putBounded(seen, FIRST_LIMIT, key, true)
    return true
  }

  function refuse(session: Session, pdu: Pdu, command_status: number): void {
    books.stats.countRefused('smpp', hex(command_status))
    session.send(pdu.response({ command_status }))
  }

  function cut(session: Session, reason: string): void {
    books.stats.countRefused('smpp', reason)
    session.destroy()
  }

  server.listen(options.port, options.host)
  await once(server, 'listening')
  const cutAll = () => {
    for (const session of open) session.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut: cutAll,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      cutAll()
      await closed
    },
  }
}

function checkBind(pdu: Pdu, { system_id, password }: Pick<SmppAccount, 'system_id' | 'password'>): number {
  // `sandbox2` is another account with the same password: what phones write goes to the account that wrote to them.
  if (!String(pdu.system_id).startsWith(system_id)) return status.invalidSystemId
  return pdu.password === password ? status.ok : status.invalidPassword
}

function checkSubmit(pdu: Pdu): number | undefined {
  if (!/^[1-9]\d{6,14}$/.test(String(pdu.destination_addr)) || pdu.dest_addr_ton !== 1)
    return status.invalidDestination
  return String(pdu.source_addr) === '' ? status.invalidSource : undefined
}

/** Letters are a name, a short number is one, the rest is international. */
function sourceOf({ source_addr, source_addr_ton }: Pdu): string {
  return source_addr_ton === 1 ? `+${source_addr}` : String(source_addr)
}

function contentOf({ short_message }: Pdu): { message: string; udh?: Buffer[] } {
  const content = short_message as { message?: string | Buffer; udh?: Buffer[] }
  return { message: String(content.message ?? ''), udh: content.udh }
}

function encodedAs(text: string): Record<string, unknown> {
  return smpp.encodings.ASCII.match(text)
    ? { data_coding: 0, short_message: text.slice(0, 160) }
    : { data_coding: 8, short_message: Buffer.from(text.slice(0, 70), 'utf16le').swap16() }
}

function hex(commandStatus: number): string {
  return `0x${commandStatus.toString(16).toUpperCase().padStart(2, '0')}`
}
