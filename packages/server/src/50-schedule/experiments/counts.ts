import { type ExperimentMetric, experimentMetrics } from '@carillon/contract'
import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { controlArm, waitingArm } from './arms.ts'
import type { Share } from './statistics.ts'

export interface ArmCounts {
  pending: number
  sent: number
  failed: number
  excluded: number
  interactions: Record<ExperimentMetric, number>
}

export interface ExperimentCounts {
  /** Messages that they are summed over. */
  messages: number
  targeted: number
  /** Who would have been sent to, or will have been once the gates have said so. */
  controlGroup: number
  waiting: number
  arms: Map<number, ArmCounts>
}

/**
 * What became of each arm over all messages of an experiment, from the sums that dispatch writes with the deliveries.
 * One statement, so one snapshot. Interactions may come before their delivery is recorded: they are counted then.
 */
export async function readExperimentCounts(db: Db | Tx, id: string): Promise<ExperimentCounts> {
  const { rows } = await sql<{ arm: number | null; what: string; n: number }>`
    with run as materialized (select seq from messages where experiment_id = ${id})
    select c.variant as arm, c.outcome as what, sum(c.n) as n from run join variant_counts c on c.message_seq = run.seq
    group by 1, 2
    union all
    select b.variant, 'pending', sum(b.size - b.done) from run join batches b on b.message_seq = run.seq
    where b.closed_at is null group by 1
    union all
    select d.variant, i.type, count(*) from run join interactions i on i.message_seq = run.seq
    join deliveries d on d.message_seq = i.message_seq and d.ordinal = i.ordinal
    where i.type = any(${[...experimentMetrics]}::text[]) and i.action_id = '' and d.variant is not null group by 1, 2
    union all
    select null, 'targeted', sum(c.n) from run join delivery_counts c on c.message_seq = run.seq
    where c.outcome <> 'retired'
    union all
    select null, 'control_group', sum(c.n) from run join delivery_counts c on c.message_seq = run.seq
    where c.reason = 'control_group'
    union all
    select null, 'messages', count(*) from run`.execute(db)
  const found: ExperimentCounts = { messages: 0, targeted: 0, controlGroup: 0, waiting: 0, arms: new Map() }
  for (const { arm, what, n } of rows) {
    if (what === 'pending') found.targeted += n
    if (what === 'messages') found.messages = n
    else if (what === 'targeted') found.targeted += n ?? 0
    else if (what === 'control_group' || arm === controlArm) found.controlGroup += n ?? 0
    else if (arm === waitingArm) found.waiting += n
    else if (arm !== null) addTo(armOf(found, arm), what, n)
  }
  return found
}

function armOf({ arms }: ExperimentCounts, arm: number): ArmCounts {
  const counts = arms.get(arm) ?? noCounts()
  arms.set(arm, counts)
  return counts
}

export function noCounts(): ArmCounts {
  return {
    pending: 0,
    sent: 0,
    failed: 0,
    excluded: 0,
    interactions: { delivered: 0, received: 0, opened: 0, clicked: 0 },
  }
}

function addTo(counts: ArmCounts, what: string, n: number): void {
  if (what === 'pending' || what === 'sent' || what === 'failed' || what === 'excluded') counts[what] += n
  else counts.interactions[what as ExperimentMetric] += n
}

/** Something may be reported of a delivery that counts as failed, because the provider's answer was lost. */
export function shareOf({ sent, interactions }: ArmCounts, metric: ExperimentMetric): Share {
  return { n: Math.min(interactions[metric], sent), total: sent }
}
