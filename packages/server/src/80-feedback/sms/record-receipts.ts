import { sql } from 'kysely'
import type { DeliveryIds, Tx } from '../../00-kernel/index.ts'
import { classOfTwilioCode } from '../../11-channels/sms/outcome.ts'
import { unsubscribeSubscriptions } from '../../30-audience/index.ts'
import { type ReportRow, tidyReported } from '../../70-dispatch/index.ts'
import { addCounts } from '../record-interactions.ts'
import { type FoundDelivery, findByPlaces, findByProviderIds } from './store.ts'

/** What a report of a receipt holds; `state` in the words of SMPP, whoever told it. */
export interface Receipt {
  id: string
  state: string
  code: string
  number: string
  delivery_id?: string
}

/** The states that end a text's way; the others say that it is under way. */
const finalStates: Record<string, 'delivered' | 'undelivered'> = {
  DELIVRD: 'delivered',
  EXPIRED: 'undelivered',
  DELETED: 'undelivered',
  UNDELIV: 'undelivered',
  REJECTD: 'undelivered',
}

/** Records receipts; gives those whose delivery is not recorded yet, to be looked at again. */
export async function recordReceipts(
  tx: Tx,
  rows: readonly ReportRow[],
  { deliveryIds }: { deliveryIds: DeliveryIds },
): Promise<number[]> {
  const final = rows.filter((row) => receiptOf(row).state in finalStates)
  const find = await createFinder(tx, final, deliveryIds)
  const found = final.map((row) => ({ row, delivery: find(row) }))
  const matched = found.flatMap(({ row, delivery }): Matched[] => {
    const receipt = receiptOf(row)
    const type = finalStates[receipt.state]
    return delivery && delivery !== 'nobody' && type ? [{ row, receipt, delivery, type }] : []
  })
  await insertFinals(tx, matched)
  await tidyNumbers(tx, matched)
  return found.flatMap(({ row, delivery }) => (delivery === undefined ? [row.id] : []))
}

interface Matched {
  row: ReportRow
  receipt: Receipt
  delivery: FoundDelivery
  type: 'delivered' | 'undelivered'
}

function receiptOf({ data }: ReportRow): Receipt {
  return data as unknown as Receipt
}

/** Gives the delivery that a report is about, `nobody` where there can be none, undefined where it may come yet. */
type Finder = (row: ReportRow) => FoundDelivery | 'nobody' | undefined

/** By our own id where the report carries it; else by the provider's, the same number's first. */
async function createFinder(tx: Tx, rows: readonly ReportRow[], deliveryIds: DeliveryIds): Promise<Finder> {
  const receipts = rows.map(receiptOf)
  const places = receipts.flatMap(({ delivery_id = '' }) => deliveryIds.parse(delivery_id) ?? [])
  const byPlaces = new Map((await findByPlaces(tx, places)).map((found) => [placeKey(found), found]))
  const named = receipts.filter(({ delivery_id }) => delivery_id === undefined)
  const byIds = await findByProviderIds(tx, [...new Set(named.flatMap(({ id }) => idForms(id)))])

  return (row) => {
    const { delivery_id, id, number } = receiptOf(row)
    if (delivery_id !== undefined) {
      const place = deliveryIds.parse(delivery_id)
      if (!place) return 'nobody'
      const found = byPlaces.get(placeKey({ message_seq: place.messageSeq, ordinal: place.ordinal }))
      return found && found.app_id !== row.app_id ? 'nobody' : found
    }
    const forms = idForms(id)
    const same = byIds.filter(
      ({ app_id, provider_id }) =>
        app_id === row.app_id && provider_id !== null && forms.includes(provider_id),
    )
    return (
      same.find(({ token }) => token === number) ??
      // As it was answered: another writing of it might be another text's id.
      same.find(({ provider_id }) => provider_id === id)
    )
  }
}

function placeKey({ message_seq, ordinal }: Pick<FoundDelivery, 'message_seq' | 'ordinal'>): string {
  return `${message_seq}:${ordinal}`
}

/** SMPP leaves open how an id is written: hexadecimal in the answer and decimal in the receipt is usual. */
export function idForms(id: string): string[] {
  const forms = new Set([id, id.toLowerCase(), id.toUpperCase()])
  if (/^\d{1,20}$/.test(id)) for (const form of hexForms(BigInt(id).toString(16))) forms.add(form)
  if (/^(0x)?[0-9a-f]{1,16}$/i.test(id)) {
    const bare = id.replace(/^0x/i, '')
    for (const form of hexForms(bare.replace(/^0+(?=.)/, ''))) forms.add(form)
    forms.add(BigInt(`0x${bare}`).toString())
  }
  return [...forms]
}

function hexForms(hex: string): string[] {
  return [hex, hex.padStart(8, '0')].flatMap((form) => [form.toLowerCase(), form.toUpperCase()])
}

/** Reports come in any order and more than once. Delivered outranks all, and nothing takes it back. */
async function insertFinals(tx: Tx, matched: readonly Matched[]): Promise<void> {
  if (matched.length === 0) return
  const ranked = [...matched].sort((a, b) => rank(b.type) - rank(a.type))
  for (const type of ['delivered', 'undelivered'] as const) {
    const some = ranked.filter((each) => each.type === type)
    if (some.length > 0) await insertType(tx, type, some)
  }
}

function rank(type: Matched['type']): number {
  return type === 'delivered' ? 1 : 0
}

async function insertType(tx: Tx, type: Matched['type'], matched: readonly Matched[]): Promise<void> {
  const { rows } = await sql<{ message_seq: number; type: string }>`
    insert into interactions (message_seq, ordinal, type, detail, at)
    select distinct on (r.seq, r.ordinal) r.seq, r.ordinal, ${type}, r.code, r.at
    from unnest(${matched.map((each) => each.delivery.message_seq)}::bigint[],
      ${matched.map((each) => each.delivery.ordinal)}::int[],
      ${matched.map((each) => each.receipt.code || null)}::text[],
      ${matched.map((each) => each.row.at)}::timestamptz[]) as r (seq, ordinal, code, at)
    where not exists (select from interactions i
      where i.message_seq = r.seq and i.ordinal = r.ordinal and i.type = 'delivered')
    order by r.seq, r.ordinal, r.at
    on conflict do nothing
    returning message_seq, type`.execute(tx)
  await addCounts(tx, rows)
}

/** What a provider says for good of a number holds here too, by the same table as its answers. */
async function tidyNumbers(tx: Tx, matched: readonly Matched[]): Promise<void> {
  const told = matched.flatMap(({ type, receipt, delivery }) => {
    const { app_id, subscription_id, token_hash, at } = delivery
    const verdict =
      type === 'undelivered' && receipt.delivery_id ? classOfTwilioCode(Number(receipt.code)) : undefined
    if (!verdict || !subscription_id || !token_hash) return []
    const tokenHash = Buffer.from(token_hash)
    const number = { subscriptionId: subscription_id, tokenHash, sentAtMs: at.getTime(), code: receipt.code }
    return [{ verdict, app_id, number }]
  })
  const optedOut = told.filter(({ verdict }) => verdict === 'opted_out')
  await unsubscribeSubscriptions(
    tx,
    optedOut.map(({ number }) => number),
  )
  const dead = Map.groupBy(
    told.filter(({ verdict }) => verdict === 'token_dead'),
    ({ app_id }) => app_id,
  )
  // In one order for all, so that two jobs never wait for each other in a circle.
  for (const app_id of [...dead.keys()].sort()) {
    const numbers = (dead.get(app_id) ?? []).map(({ number }) => number)
    await tidyReported(tx, { app_id, platform: 'sms', environment: 'production' }, numbers)
  }
}
