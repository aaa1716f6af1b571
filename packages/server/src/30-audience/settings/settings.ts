import {
  type Cors,
  type Holdout,
  type QuietHours,
  quietHoursAtFirst,
  type SmsReplies,
} from '@carillon/contract'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { defaultAuditRetentionDays } from '../../10-access/index.ts'
import { readSettings } from './store.ts'

/** What holds for every message and person of a workspace. */
export interface Settings {
  /** The attribute that matches a subscription to its user. */
  reconciliationKey: string
  /** The job that is replacing the key now, if one is. */
  reconcilingJobId: string | null
  maxAttempts: number
  defaultTtlSeconds: number
  timeZone: string
  /** For campaigns that are created from now on. */
  campaignIntervalSeconds: number
  /** Whose pages may call from a browser. */
  cors: Cors
  auditRetentionDays: number
  eventRetentionDays: number
  /** What administrators allow to be a type; empty: anything. */
  campaignTypes: string[]
  eventTypes: string[]
  quietHours: QuietHours
  holdout: Holdout
  smsReplies: SmsReplies
}

/** As kept in `workspaces.settings`; what was never set is absent. */
export interface StoredSettings {
  reconciliation_key?: string
  reconciling_job_id?: string | null
  max_attempts?: number
  default_ttl_seconds?: number
  time_zone?: string
  campaign_interval_seconds?: number
  cors?: Partial<Cors>
  audit_retention_days?: number
  event_retention_days?: number
  campaign_types?: string[]
  event_types?: string[]
  quiet_hours?: Partial<QuietHours>
  holdout?: Partial<Holdout>
  sms_replies?: Partial<SmsReplies>
}

export async function getSettings(db: Db | Tx, workspaceId: string): Promise<Settings> {
  const stored = await readSettings(db, workspaceId)
  return {
    reconciliationKey: stored.reconciliation_key ?? 'email',
    reconcilingJobId: stored.reconciling_job_id ?? null,
    maxAttempts: stored.max_attempts ?? 10,
    defaultTtlSeconds: stored.default_ttl_seconds ?? 86_400,
    timeZone: stored.time_zone ?? 'UTC',
    campaignIntervalSeconds: stored.campaign_interval_seconds ?? 3_600,
    cors: { enabled: false, domains: [], ...stored.cors },
    auditRetentionDays: stored.audit_retention_days ?? defaultAuditRetentionDays,
    eventRetentionDays: stored.event_retention_days ?? 30,
    campaignTypes: stored.campaign_types ?? [],
    eventTypes: stored.event_types ?? [],
    quietHours: { ...quietHoursAtFirst, ...stored.quiet_hours },
    holdout: { percent: 0, salt: '1', ...stored.holdout },
    smsReplies: { stop: null, start: null, help: null, ...stored.sms_replies },
  }
}
