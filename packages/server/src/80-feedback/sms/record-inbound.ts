import { sql } from 'kysely'
import { Problem, type Tx } from '../../00-kernel/index.ts'
import { numberOf } from '../../11-channels/sms/number-of.ts'
import { getSettings, type Switched, switchNumber } from '../../30-audience/index.ts'
import { createReply } from '../../50-schedule/index.ts'
import type { ReportRow } from '../../70-dispatch/index.ts'
import { addCounts } from '../record-interactions.ts'
import { kindOfText } from './keywords.ts'
import { countInbound, findHolder, findLastTo, insertInbound, linkInbound } from './store.ts'

/** Two machines that answer each other with HELP must come to an end. */
const helpPauseMs = 60_000
/** A STOP is taken to answer the last text of these days. */
const answeredWithinMs = 7 * 24 * 3_600_000
const longestText = 5_000

interface Inbound {
  id?: string
  from: string
  to: string
  text: string
}

/** Keeps what a person wrote, once, and does what it asks for. */
export async function recordInbound(tx: Tx, row: ReportRow, now: Date): Promise<void> {
  const { id, from, to, text } = row.data as unknown as Inbound
  const kind = kindOfText(text)
  const sender = numberOf(from)
  const place = { workspaceId: row.workspace_id, appId: row.app_id, sender }
  const inboundId = await insertInbound(tx, {
    ...place,
    providerId: id || null,
    recipient: numberOf(to),
    text: text.slice(0, longestText).toWellFormed(),
    kind,
    at: row.at,
  })
  if (inboundId === null) return
  if (kind === 'stop' || kind === 'start') {
    const switched = await switchNumber(tx, row.workspace_id, {
      appId: row.app_id,
      number: sender,
      to: kind === 'stop' ? 'unsubscribed' : 'active',
      now,
    })
    await linkInbound(tx, inboundId, switched)
    if (kind === 'stop') await noteUnsubscribed(tx, switched, now)
    if (switched.changed.length > 0) await reply(tx, place, { kind, to: switched.subscriptionId, now })
    return
  }
  const holder = await findHolder(tx, { appId: row.app_id, number: sender })
  if (holder) await linkInbound(tx, inboundId, holder)
  if (kind !== 'help') return
  const since = new Date(row.at.getTime() - helpPauseMs)
  const asked = await countInbound(tx, { ...place, kind, since })
  if (asked === 1) await reply(tx, place, { kind, to: holder?.subscriptionId ?? null, now })
}

/** Of the text that it answers, so that its report shows whom it drove away. */
async function noteUnsubscribed(
  tx: Tx,
  { changed, userId, subscriptionId }: Switched,
  now: Date,
): Promise<void> {
  if (changed.length === 0 || !userId || !subscriptionId) return
  const since = new Date(now.getTime() - answeredWithinMs)
  const last = await findLastTo(tx, { userId, subscriptionId, since })
  if (!last) return
  const { rows } = await sql<{ message_seq: number; type: string }>`
    insert into interactions (message_seq, ordinal, type, at)
    values (${last.message_seq}, ${last.ordinal}, 'unsubscribed', ${now})
    on conflict do nothing returning message_seq, type`.execute(tx)
  await addCounts(tx, rows)
}

async function reply(
  tx: Tx,
  { workspaceId, appId }: { workspaceId: string; appId: string },
  { kind, to, now }: { kind: 'stop' | 'start' | 'help'; to: string | null; now: Date },
): Promise<void> {
  const { smsReplies } = await getSettings(tx, workspaceId)
  const text = smsReplies[kind]
  if (text === null || to === null) return
  try {
    await createReply(tx, workspaceId, { appId, subscriptionId: to, text }, now)
  } catch (error) {
    // What cannot be said, such as a text that takes a value, is no reason to forget what was asked.
    if (!(error instanceof Problem)) throw error
  }
}
