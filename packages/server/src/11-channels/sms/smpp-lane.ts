import { gsm7Octets, type SmppCredential, splitSms } from '@carillon/contract'
import type { Pdu } from 'smpp'
import type { Lane, LaneOptions, Parcel, SendOptions, Verdict } from '../channel.ts'
import { transportVerdict } from '../transport-verdict.ts'
import { smppAddressOf } from './number-of.ts'
import { slowDown, verdictOfSmpp } from './outcome.ts'
import { connectSmpp, type SmppConnection } from './smpp-connection.ts'
import { readDelivery } from './smpp-delivery.ts'
import { createWindow } from './smpp-window.ts'

const defaultWindow = 10
const shortestPauseMs = 1_000
const longestPauseMs = 60_000

/**
 * Sends over one connection that is bound as a transceiver, and stays bound: receipts and what people write come
 * back through it. A connection that ends is made anew, after a pause that grows and is never quite the same.
 */
export function openSmppLane(credential: SmppCredential, options: LaneOptions): Lane {
  const window = createWindow(credential.window ?? defaultWindow)
  const stop = new AbortController()
  let failures = 0
  let bound: Promise<SmppConnection | Verdict> | null = null
  let retry: NodeJS.Timeout | undefined

  /** The present connection, or the one that is being made; several callers make one. */
  function connection(): Promise<SmppConnection | Verdict> {
    bound ??= connect()
    return bound
  }

  async function connect(): Promise<SmppConnection | Verdict> {
    clearTimeout(retry)
    // What a socket refuses to be made with is an answer like any other: there is nobody here to throw at.
    const made = await connectSmpp(credential, options, keep).catch(
      (error): Verdict => ({ class: 'retry', status: null, code: error.code ?? 'CONNECT_FAILED' }),
    )
    if ('class' in made) failures += 1
    else {
      failures = 0
      void made.closed.then(again)
    }
    // A refusal answers everybody who asks meanwhile; the centre is not asked by each of them.
    if ('class' in made) again()
    return made
  }

  function again(): void {
    if (stop.signal.aborted) return
    const pauseMs = Math.min(longestPauseMs, shortestPauseMs * 2 ** Math.min(failures, 6))
    if (failures === 0) bound = null
    retry = setTimeout(
      () => {
        bound = null
        void connection()
      },
      pauseMs * (0.5 + Math.random() / 2),
    )
    retry.unref()
  }

  async function keep(pdu: Pdu): Promise<void> {
    const report = readDelivery(pdu)
    if (!report) return
    if (!options.onReport) throw new Error('Nobody keeps reports here.')
    await options.onReport(report)
  }

  async function sendParcel(parcel: Parcel, how?: SendOptions): Promise<Verdict> {
    let verdict: Verdict | undefined
    for (const fields of pdusOf(parcel, credential)) {
      verdict = await window.run(() => sendPart(fields), how?.urgent ?? false)
      // Whoever has some of the parts gets all of them again: their reference is the same.
      if (verdict.class !== 'accepted') return verdict
    }
    return verdict as Verdict
  }

  async function sendPart(fields: Record<string, unknown>): Promise<Verdict> {
    const line = await connection()
    if ('class' in line) return line
    const submitted = await line.submit(fields)
    if ('failure' in submitted) return transportVerdict(submitted)
    const { command_status, message_id } = submitted.response
    if (slowDown.has(command_status)) window.shrink()
    else window.grow()
    return verdictOfSmpp(command_status, message_id as string | undefined)
  }

  void connection()
  return {
    isOneService: true,
    isStanding: true,
    send: (parcels, how) => Promise.all(parcels.map((parcel) => sendParcel(parcel, how))),
    async [Symbol.asyncDispose]() {
      stop.abort()
      clearTimeout(retry)
      const line = await bound
      if (line && !('class' in line)) await line.close()
    },
  }
}

/** SMPP 3.4, section 5.2.19: the centre's own alphabet, which is GSM's, and UCS-2. */
const dataCoding = { gsm7: 0x00, ucs2: 0x08 } as const

/** One submit_sm for each segment. */
export function pdusOf({ deliveryId, address, wire }: Parcel, { from }: SmppCredential) {
  const { encoding, parts } = splitSms(wire.body)
  const source = smppAddressOf(wire.headers.from ?? from)
  const target = smppAddressOf(address.token)
  return parts.map((part, i) => ({
    source_addr_ton: source.ton,
    source_addr_npi: source.npi,
    source_addr: source.address,
    dest_addr_ton: target.ton,
    dest_addr_npi: target.npi,
    destination_addr: target.address,
    data_coding: dataCoding[encoding],
    validity_period: relativeTime(Number(wire.headers['validity-seconds'])),
    // The last part reaches a phone after the others: one receipt for all of them.
    registered_delivery: i === parts.length - 1 ? 1 : 0,
    short_message: {
      message: encoding === 'gsm7' ? Buffer.from(gsm7Octets(part)) : Buffer.from(part, 'utf16le').swap16(),
      // 3GPP TS 23.040, section 9.2.3.24.1: concatenation with a reference of 8 bits.
      ...(parts.length > 1 ? { udh: Buffer.of(5, 0, 3, referenceOf(deliveryId), parts.length, i + 1) } : {}),
    },
  }))
}

/** The same on every attempt; apart for neighbours in one message, and for messages one after the other. */
function referenceOf(deliveryId: string): number {
  const bytes = Buffer.from(deliveryId.replaceAll('-', ''), 'hex')
  return ((bytes[5] ?? 0) ^ (bytes[15] ?? 0)) & 0xff
}

/** SMPP 3.4, section 7.1.1.2: `YYMMDDhhmmss000R`, from when the centre gets it. */
function relativeTime(seconds: number): string {
  const two = (n: number) => String(Math.floor(n)).padStart(2, '0')
  const time = [seconds / 86_400, (seconds / 3600) % 24, (seconds / 60) % 60, seconds % 60].map(two).join('')
  return `0000${time}000R`
}
