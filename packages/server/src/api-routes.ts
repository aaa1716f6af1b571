import type { DeliveryIds, Route, Store, Vault } from './00-kernel/index.ts'
import { auditRoutes } from './10-access/audit/routes.ts'
import { accessRoutes } from './10-access/routes.ts'
import type { LaneOptions } from './11-channels/index.ts'
import { appRoutes } from './12-apps/routes.ts'
import { audienceRoutes } from './30-audience/routes.ts'
import { segmentRoutes } from './30-audience/segments/routes.ts'
import { withMarkup } from './40-content/index.ts'
import { templateRoutes } from './40-content/routes.ts'
import { passRoutes } from './45-passes/routes.ts'
import { adhocRoutes } from './50-schedule/adhoc/routes.ts'
import { campaignRoutes } from './50-schedule/campaigns/routes.ts'
import { eventRoutes } from './50-schedule/events/routes.ts'
import { experimentRoutes } from './50-schedule/experiments/routes.ts'
import { messageRoutes } from './50-schedule/messages/routes.ts'
import { previewRoutes } from './60-personalise/routes.ts'
import { feedbackRoutes } from './80-feedback/routes.ts'
import { smsRoutes } from './80-feedback/sms/routes.ts'
import { webhookRoutes } from './85-webhooks/routes.ts'
import { reportRoutes } from './90-reports/routes.ts'

export interface RouteDeps {
  store: Store
  vault: Vault
  deliveryIds: DeliveryIds
  now: () => Date
  laneOptions: Omit<LaneOptions, 'environment'>
  sandbox: boolean
  version: string
  countUnknown: (n: number) => void
  /** Where this server is reached, once it listens. */
  address: () => string
}

/** Every operation of the API, room by room. */
export function apiRoutes(deps: RouteDeps): Route[] {
  return [
    ...accessRoutes(deps),
    ...auditRoutes(),
    ...appRoutes(deps),
    ...audienceRoutes(deps),
    ...segmentRoutes(deps),
    ...withMarkup(templateRoutes()),
    ...passRoutes(deps),
    ...previewRoutes(),
    ...withMarkup(adhocRoutes(deps)),
    ...messageRoutes(deps),
    ...experimentRoutes(deps),
    ...withMarkup(campaignRoutes(deps)),
    ...withMarkup(eventRoutes(deps)),
    ...feedbackRoutes(deps),
    ...smsRoutes(deps),
    ...webhookRoutes(deps),
    ...reportRoutes(deps),
  ]
}
