import type { WinnerReason } from '@carillon/contract'
import type { Generated } from 'kysely'
import type { Jsonb } from './tables.ts'

/** The tables of experiments. */
export interface ExperimentTables {
  experiments: {
    id: string
    workspace_id: string
    decide_after_seconds: number | null
    winner: number | null
    reason: WinnerReason | null
    evidence: Jsonb<{ name: string; sent: number; n: number }[]> | null
    decided_at: Date | null
    created_at: Generated<Date>
  }
  variant_counts: {
    message_seq: number
    variant: number
    outcome: string
    shard: number
    n: number
  }
}
