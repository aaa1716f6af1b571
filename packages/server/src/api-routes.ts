import type { DeliveryIds, Route, Store, Vault } from './00-kernel/index.ts'
import { accessRoutes } from './10-access/routes.ts'
import type { LaneOptions } from './11-channels/index.ts'
import { appRoutes } from './12-apps/routes.ts'
import { audienceRoutes } from './30-audience/routes.ts'
import { segmentRoutes } from './30-audience/segments/routes.ts'
import { templateRoutes } from './40-content/routes.ts'
import { adhocRoutes } from './50-schedule/adhoc/routes.ts'
import { messageRoutes } from './50-schedule/messages/routes.ts'
import { previewRoutes } from './60-personalise/routes.ts'
import { feedbackRoutes } from './80-feedback/routes.ts'
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
}

/** Every operation of the API, room by room. */
export function apiRoutes(deps: RouteDeps): Route[] {
  return [
    ...accessRoutes(deps),
    ...appRoutes(deps),
    ...audienceRoutes(deps),
    ...segmentRoutes(deps),
    ...templateRoutes(),
    ...previewRoutes(),
    ...adhocRoutes(deps),
    ...messageRoutes(deps),
    ...feedbackRoutes(deps),
    ...reportRoutes(deps),
  ]
}
