import {
  type BodyOf,
  changeReconciliationKey as changeKeyEndpoint,
  getSettings as getSettingsEndpoint,
  putSettings,
  type Settings as SettingsView,
} from '@carillon/contract'
import { type Db, fieldProblem, type Route, read, type Tx, write } from '../../00-kernel/index.ts'
import { jobView } from '../jobs/job-view.ts'
import { changeReconciliationKey } from './reconciliation-key.ts'
import { getSettings } from './settings.ts'
import { writeSettings } from './store.ts'
import { refuseTypesInUse } from './types.ts'

export function settingsRoutes(): Route[] {
  return [
    read(getSettingsEndpoint, ({ db, caller }) => viewSettings(db, caller.workspaceId)),
    write(putSettings, async ({ db, caller, body }) => {
      await changeSettings(db, caller.workspaceId, body)
      return viewSettings(db, caller.workspaceId)
    }),
    write(changeKeyEndpoint, async ({ db, caller, body }) =>
      jobView(
        await changeReconciliationKey(db, caller.workspaceId, {
          attribute: body.attribute,
          dryRun: body.dry_run,
          pointer: '/attribute',
        }),
      ),
    ),
  ]
}

async function changeSettings(tx: Tx, workspaceId: string, body: BodyOf<typeof putSettings>): Promise<void> {
  const { reconciliation_key: attribute, ...plain } = body
  const { reconciliationKey } = await getSettings(tx, workspaceId)
  if (attribute !== undefined && attribute !== reconciliationKey) {
    await changeReconciliationKey(tx, workspaceId, {
      attribute,
      dryRun: false,
      pointer: '/reconciliation_key',
    })
  }
  await refuseTypesInUse(tx, workspaceId, plain)
  await writeSettings(tx, workspaceId, plain)
  const { quietHours } = await getSettings(tx, workspaceId)
  if (quietHours.start === quietHours.end)
    throw fieldProblem('invalid_request', '/quiet_hours/end', 'is the start too: that would be all day')
}

async function viewSettings(db: Db | Tx, workspaceId: string): Promise<SettingsView> {
  const settings = await getSettings(db, workspaceId)
  return {
    reconciliation_key: settings.reconciliationKey,
    max_attempts: settings.maxAttempts,
    default_ttl_seconds: settings.defaultTtlSeconds,
    time_zone: settings.timeZone,
    campaign_interval_seconds: settings.campaignIntervalSeconds,
    cors: settings.cors,
    audit_retention_days: settings.auditRetentionDays,
    event_retention_days: settings.eventRetentionDays,
    campaign_types: settings.campaignTypes,
    event_types: settings.eventTypes,
    quiet_hours: settings.quietHours,
    holdout: settings.holdout,
    sms_replies: settings.smsReplies,
  }
}
