import { platforms } from '@carillon/contract'
import { sql } from 'kysely'
import { Gauge, type Registry } from 'prom-client'
import type { Db } from '../00-kernel/index.ts'
import { waitingArm } from '../50-schedule/index.ts'

/**
 * What waits to be sent and what stands in its way, read when Prometheus asks. It is true of the whole installation,
 * so every process tells the same.
 */
export function registerQueueGauges(registry: Registry, db: Db, now: () => Date): void {
  const registers = [registry]
  new Gauge({
    name: 'carillon_deliveries_waiting',
    help: 'Deliveries whose audience is frozen and that have not ended, those of paused messages included.',
    labelNames: ['platform'],
    registers,
    async collect() {
      const waiting = await countWaiting(db)
      for (const platform of platforms) this.set({ platform }, waiting.get(platform) ?? 0)
    },
  })
  new Gauge({
    name: 'carillon_longest_overdue_seconds',
    help: 'How long the oldest batch that is due has been waiting for a worker or for its lane; 0 without one.',
    registers,
    async collect() {
      const since = await oldestDue(db, now())
      this.set(since ? (now().getTime() - since.getTime()) / 1000 : 0)
    },
  })
  new Gauge({
    name: 'carillon_lane_blocked',
    help: '1 for each lane to a provider that is closed, with the reason.',
    labelNames: ['app_id', 'platform', 'environment', 'reason'],
    registers,
    async collect() {
      this.reset()
      for (const lane of await blockedLanes(db, now())) this.set(lane, 1)
    },
  })
}

async function countWaiting(db: Db): Promise<Map<string, number>> {
  const { rows } = await sql<{ platform: string; n: number }>`
    select platform, sum(size - done) as n from batches where closed_at is null group by platform`.execute(db)
  return new Map(rows.map(({ platform, n }) => [platform, n]))
}

async function oldestDue(db: Db, now: Date): Promise<Date | null> {
  const { rows } = await sql<{ since: Date | null }>`
    select min(b.due_at) as since from batches b join messages m on m.seq = b.message_seq
    where b.closed_at is null and b.due_at <= ${now} and (b.lease_until is null or b.lease_until <= ${now})
      and b.variant is distinct from ${waitingArm} and m.paused_at is null`.execute(db)
  return rows[0]?.since ?? null
}

interface BlockedLane {
  app_id: string
  platform: string
  environment: string
  reason: string
  [label: string]: string
}

async function blockedLanes(db: Db, now: Date): Promise<BlockedLane[]> {
  const { rows } = await sql<BlockedLane>`
    select l.app_id::text, l.platform, l.environment, l.block_reason as reason from lanes l
    left join credentials c on c.app_id = l.app_id and c.platform = l.platform
    where l.blocked_until > ${now} and (c.revision <> l.blocked_revision) is not true`.execute(db)
  return rows
}
