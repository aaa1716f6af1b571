import type { Pdu } from 'smpp'
import type { ProviderReport } from '../channel.ts'
import { numberOf } from './number-of.ts'

/** SMPP 3.4, section 5.2.12: the type of a message stands in these bits. */
const typeBits = 0x3c
const receiptType = 0x04
const intermediateType = 0x20

/** SMPP 3.4, section 5.2.28, and the words of the same in a receipt's text (appendix B). */
const states: Record<number, string> = {
  1: 'ENROUTE',
  2: 'DELIVRD',
  3: 'EXPIRED',
  4: 'DELETED',
  5: 'UNDELIV',
  6: 'ACCEPTD',
  7: 'UNKNOWN',
  8: 'REJECTD',
}

/** What a centre delivered: a receipt, or what a person wrote; null for what says nothing final. */
export function readDelivery(pdu: Pdu): ProviderReport | null {
  const type = Number(pdu.esm_class ?? 0) & typeBits
  const number = numberOf(String(pdu.source_addr ?? ''))
  const text = textOf(pdu)
  if (type === intermediateType) return null
  if (type === receiptType) {
    const receipt = readReceipt(pdu, text)
    return receipt && { kind: 'receipt', data: { number, ...receipt } }
  }
  const to = numberOf(String(pdu.destination_addr ?? ''))
  return { kind: 'inbound', data: { from: number, to, text } }
}

/** The TLVs where there are some, else the text: `id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…` */
function readReceipt(pdu: Pdu, text: string): { id: string; state: string; code: string } | null {
  const said = (name: string) => new RegExp(`(?:^|\\s)${name}:\\s*(\\S+)`, 'i').exec(text)?.[1]
  const tlv = pdu.receipted_message_id
  const id = typeof tlv === 'string' && tlv !== '' ? tlv.replace(/\0+$/, '') : said('id')
  const state = states[Number(pdu.message_state)] ?? said('stat')?.toUpperCase()
  if (id === undefined || state === undefined || !/^[\x21-\x7e]{1,65}$/.test(id)) return null
  return { id, state: state.slice(0, 20), code: (said('err') ?? '').slice(0, 20) }
}

function textOf({ short_message, message_payload }: Pdu): string {
  const text = contentOf(short_message) || contentOf(message_payload)
  return text.replaceAll('\0', '').toWellFormed()
}

/** The library decodes what it knows the coding of; other octets are shown as Latin-1. */
function contentOf(value: unknown): string {
  const content = typeof value === 'object' && value !== null && 'message' in value ? value.message : value
  if (typeof content === 'string') return content
  return Buffer.isBuffer(content) ? content.toString('latin1') : ''
}
