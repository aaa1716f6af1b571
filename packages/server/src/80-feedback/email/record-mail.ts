import type { EmailFeedback, InteractionType } from '@carillon/contract'
import { sql } from 'kysely'
import type { Caller, DeliveryIds, Tx } from '../../00-kernel/index.ts'
import { retireSubscriptions, unsubscribeAddress } from '../../30-audience/index.ts'
import { addCounts } from '../record-interactions.ts'
import { type MailReport, readMailReport } from './read-report.ts'
import { findSentEmail, type SentEmail } from './store.ts'

/** What follows from a report: what is recorded, and what becomes of the address. */
interface Consequence {
  type: InteractionType
  address?: 'retire' | 'unsubscribe'
}

/** Records what a mail server reports; tells the caller what came of it, and refuses nothing. */
export async function recordMail(
  tx: Tx,
  { caller, deliveryIds, raw, now }: { caller: Caller; deliveryIds: DeliveryIds; raw: string; now: Date },
): Promise<EmailFeedback> {
  const report = await readMailReport(raw)
  const answer = { kind: report.kind, recorded: 0, duplicate: 0, unmatched: 0 }
  const consequence = consequenceOf(report)
  if (!consequence) return answer
  const place = report.deliveryId === null ? null : deliveryIds.parse(report.deliveryId)
  const sent = place && (await findSentEmail(tx, place))
  if (!sent || sent.workspace_id !== caller.workspaceId) return { ...answer, unmatched: 1 }
  const isNew = await recordForEmail(tx, sent, { ...consequence, detail: report.status, now })
  return isNew ? { ...answer, recorded: 1 } : { ...answer, duplicate: 1 }
}

function consequenceOf({ kind, action, status }: MailReport): Consequence | null {
  switch (kind) {
    case 'bounce':
      if (action === 'delivered') return { type: 'delivered' }
      if (action !== 'failed') return null
      return status !== null && permanent(status)
        ? { type: 'bounced', address: 'retire' }
        : { type: 'undelivered' }
    case 'complaint':
      return { type: 'complained', address: 'unsubscribe' }
    case 'unsubscribe':
      return { type: 'unsubscribed', address: 'unsubscribe' }
    case 'other':
      return null
  }
}

/** A full mailbox, and what a server thinks of us, say nothing about the address for good (RFC 3463). */
function permanent(status: string): boolean {
  return status.startsWith('5.') && status !== '5.2.2' && !status.startsWith('5.7.')
}

/** False when it was recorded before; then nothing more follows from it. */
async function recordForEmail(
  tx: Tx,
  sent: SentEmail,
  { type, address, detail, now }: Consequence & { detail: string | null; now: Date },
): Promise<boolean> {
  if (!(await noteInteraction(tx, sent, { type, detail, now }))) return false
  const { subscription_id: subscriptionId, token_hash, at } = sent
  if (!subscriptionId || !token_hash) return true
  if (address === 'unsubscribe') await unsubscribeAddress(tx, subscriptionId, type, now)
  if (address === 'retire') {
    // An address that was entered anew since is another one.
    const sentAtMs = (at ?? now).getTime()
    const tokenHash = Buffer.from(token_hash)
    await retireSubscriptions(tx, [{ subscriptionId, tokenHash, sentAtMs, code: detail ?? type }])
  }
  return true
}

/** False when it was noted before. */
export async function noteInteraction(
  tx: Tx,
  { message_seq, ordinal }: Pick<SentEmail, 'message_seq' | 'ordinal'>,
  {
    type,
    detail,
    url = null,
    now,
  }: { type: InteractionType; detail: string | null; url?: string | null; now: Date },
): Promise<boolean> {
  const { rows } = await sql<{ message_seq: number; type: string }>`
    insert into interactions (message_seq, ordinal, type, detail, url, at)
    values (${message_seq}, ${ordinal}, ${type}, ${detail}, ${url}, ${now})
    on conflict do nothing returning message_seq, type`.execute(tx)
  await addCounts(tx, rows)
  return rows.length > 0
}
