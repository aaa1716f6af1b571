import { platforms } from '@carillon/contract'
import { sql } from 'kysely'
import { Gauge, type Registry } from 'prom-client'
import type { Db } from '../00-kernel/index.ts'
import { waitingArm } from '../50-schedule/index.ts'
import { blockedLanes } from './blocked-lanes.ts'

/**
 * What waits to be sent and what stands in its way, read when Prometheus asks. It is true of the whole installation,
 * so every process tells the same; while the database is away nothing is told of it.
 */
export function registerQueueGauges(registry: Registry, db: Db, now: () => Date): void {
  register(registry, {
    name: 'carillon_deliveries_waiting',
    help: 'Deliveries whose audience is frozen and that have not ended, those of paused messages included.',
    labelNames: ['platform'],
    read: async (gauge) => {
      const waiting = await countWaiting(db)
      for (const platform of platforms) gauge.set({ platform }, waiting.get(platform) ?? 0)
    },
  })
  register(registry, {
    name: 'carillon_longest_overdue_seconds',
    help: 'How long the oldest batch that is due has been waiting for a worker or for its lane; 0 without one.',
    labelNames: [],
    read: async (gauge) => {
      const since = await oldestDue(db, now())
      gauge.set(since ? (now().getTime() - since.getTime()) / 1000 : 0)
    },
  })
  register(registry, {
    name: 'carillon_lane_blocked',
    help: '1 for each lane to a provider that is closed, with the reason.',
    labelNames: ['app_id', 'platform', 'environment', 'reason'],
    read: async (gauge) => {
      for (const { app_id, platform, environment, block_reason } of await blockedLanes(db, now()).execute())
        gauge.set({ app_id, platform, environment, reason: block_reason ?? 'provider_unavailable' }, 1)
    },
  })
}

interface Source {
  name: string
  help: string
  labelNames: string[]
  read: (gauge: Gauge) => Promise<void>
}

function register(registry: Registry, { read, ...described }: Source): void {
  const gauge = new Gauge({
    ...described,
    registers: [registry],
    async collect() {
      gauge.reset()
      // What the process tells of itself is wanted most when the database does not answer. A gauge without labels
      // would tell 0 after a reset.
      await read(gauge).catch(() => described.labelNames.length > 0 || gauge.remove())
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
