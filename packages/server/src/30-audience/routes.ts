import type { Route, Vault } from '../00-kernel/index.ts'
import { capRoutes } from './caps/routes.ts'
import { jobRoutes } from './jobs/routes.ts'
import { settingsRoutes } from './settings/routes.ts'
import { subscriptionRoutes } from './subscriptions/routes.ts'
import { topicRoutes } from './topics/routes.ts'
import { userRoutes } from './users/routes.ts'

export interface AudienceRoutesDeps {
  vault: Vault
  now: () => Date
}

/** Users, attributes, settings, jobs and subscriptions; segments have their own. */
export function audienceRoutes(deps: AudienceRoutesDeps): Route[] {
  return [
    ...userRoutes(deps),
    ...settingsRoutes(),
    ...topicRoutes(deps),
    ...capRoutes(deps),
    ...jobRoutes(),
    ...subscriptionRoutes(deps),
  ]
}
