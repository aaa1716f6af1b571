import { streamEvents } from '@carillon/contract'
import type { DeliveryIds, Route, Store, Vault } from '../00-kernel/index.ts'
import { stream } from '../00-kernel/index.ts'
import { webhookRoutes as deliveryRoutes } from './delivery/routes.ts'
import type { ReachOptions } from './delivery/webhook-sender.ts'
import { createBell, streamEvents as eventsAfter } from './log/stream-events.ts'

export interface WebhookRouteDeps {
  store: Store
  vault: Vault
  deliveryIds: DeliveryIds
  laneOptions: ReachOptions
  now: () => Date
}

export function webhookRoutes(deps: WebhookRouteDeps): Route[] {
  const bell = createBell(deps.store)
  return [
    ...deliveryRoutes(deps),
    stream(streamEvents, ({ db, caller, query, signal }) =>
      eventsAfter(
        db,
        { ...deps, bell },
        {
          workspaceId: caller.workspaceId,
          types: query.types ?? null,
          offset: query.offset,
          follow: query.follow === 'true',
          signal,
        },
      ),
    ),
  ]
}
