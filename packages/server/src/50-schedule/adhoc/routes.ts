import { createMessage as createMessageEndpoint } from '@carillon/contract'
import { type Route, write } from '../../00-kernel/index.ts'
import { createMessage } from '../messages/index.ts'

/** A message sent by hand or by a call: the simplest orchestrator. */
export function adhocRoutes({ now }: { now: () => Date }): Route[] {
  return [
    write(createMessageEndpoint, ({ db, caller, body }) =>
      createMessage(db, caller.workspaceId, body, now()),
    ),
  ]
}
