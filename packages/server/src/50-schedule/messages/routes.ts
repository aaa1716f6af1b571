import { cancelMessage, pauseMessage, resumeMessage } from '@carillon/contract'
import { type Route, type Store, untied } from '../../00-kernel/index.ts'
import { changeMessage } from './change-message.ts'

export function messageRoutes({ store, now }: { store: Store; now: () => Date }): Route[] {
  const change =
    (kind: 'cancel' | 'pause' | 'resume') =>
    (call: { caller: { workspaceId: string }; params: { id: string } }) =>
      changeMessage(store, { workspaceId: call.caller.workspaceId, id: call.params.id }, kind, now)
  return [
    untied(cancelMessage, change('cancel')),
    untied(pauseMessage, change('pause')),
    untied(resumeMessage, change('resume')),
  ]
}
