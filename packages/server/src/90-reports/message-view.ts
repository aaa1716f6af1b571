import type { Message } from '@carillon/contract'
import type { Db } from '../00-kernel/index.ts'
import { withoutFiles } from '../40-content/index.ts'
import {
  finishedAt,
  type MessageCounts,
  type MessageRow,
  readCounts,
  statusOf,
} from '../50-schedule/index.ts'
import { blockedLanes } from './blocked-lanes.ts'
import { readQuietHolds } from './quiet-holds.ts'

/** Messages as the API shows them, with live counts. */
export async function messageViews(db: Db, rows: readonly MessageRow[], now: Date): Promise<Message[]> {
  const counts = await readCounts(db, rows)
  const holds = await readHolds(db, rows, now)
  const quiet = await readQuietHolds(
    db,
    rows.filter((row) => row.is_open).map(({ seq }) => seq),
  )
  return rows.map((row) => {
    const found = counts.get(row.seq)
    if (!found) throw new Error(`No counts for message ${row.id}.`)
    const open = row.is_open ? [...(quiet.get(row.seq) ?? []), ...(holds.get(row.app_id) ?? [])] : []
    return messageView(row, found, open, now)
  })
}

function messageView(row: MessageRow, found: MessageCounts, holds: Message['holds'], now: Date): Message {
  return {
    id: row.id,
    app_id: row.app_id,
    channel: row.channel,
    status: statusOf(row, found.counts, now),
    freezing: row.frozen_at === null,
    title: row.content.title ?? row.overrides.email?.subject ?? null,
    body: row.content.body ?? row.overrides.sms?.body ?? null,
    to: row.audience,
    content: row.content as Message['content'],
    overrides: withoutFiles(row.overrides) as Message['overrides'],
    variables: row.variables as Message['variables'],
    template_id: row.template_id,
    template_version: row.template_version,
    category: row.category,
    topic: row.topic,
    tags: row.tags,
    priority: row.priority,
    collapse_id: row.collapse_id,
    metadata: row.metadata,
    dry_run: row.dry_run,
    campaign_id: row.campaign_id,
    campaign_message_id: row.campaign_message_id,
    experiment: row.experiment,
    counts: found.counts,
    excluded: found.excluded,
    failed: found.failed,
    heard: found.heard,
    by_platform: found.byPlatform,
    retired_tokens: found.retired,
    holds,
    delivery: row.delivery,
    pace_per_minute: row.pace_per_minute,
    next_due_at: row.next_due_at?.toISOString() ?? null,
    start_at: row.start_at.toISOString(),
    expires_at: row.expires_at.toISOString(),
    created_at: row.created_at.toISOString(),
    started_at: row.started_at?.toISOString() ?? null,
    finished_at: finishedAt(row)?.toISOString() ?? null,
  }
}

/** By app: lanes whose provider refuses us or asks us to wait. */
async function readHolds(
  db: Db,
  rows: readonly MessageRow[],
  now: Date,
): Promise<Map<string, Message['holds']>> {
  const appIds = [...new Set(rows.filter((row) => row.is_open).map((row) => row.app_id))]
  if (appIds.length === 0) return new Map()
  const lanes = await blockedLanes(db, now).where('app_id', 'in', appIds).where('blocks', '>', 0).execute()
  const holds = lanes.map((lane) => ({
    app: lane.app_id,
    hold: {
      platform: lane.platform,
      reason: lane.block_reason ?? 'provider_unavailable',
      detail: lane.block_detail ?? '',
      until: lane.blocked_until?.toISOString() ?? null,
    },
  }))
  return new Map(appIds.map((id) => [id, holds.filter(({ app }) => app === id).map(({ hold }) => hold)]))
}
