import { cancelMessage, pauseMessage, resumeMessage } from '@carillon/contract'
import { type Call, type Db, type Route, type Store, untied } from '../../00-kernel/index.ts'
import { changeMessage } from './change-message.ts'

export function messageRoutes({ store, now }: { store: Store; now: () => Date }): Route[] {
  const change =
    (kind: 'cancel' | 'pause' | 'resume') =>
    ({ caller, params, audit }: Call<typeof cancelMessage, Db>) =>
      changeMessage(store, { workspaceId: caller.workspaceId, id: params.id, audit }, kind, now)
  return [
    untied(cancelMessage, change('cancel')),
    untied(pauseMessage, change('pause')),
    untied(resumeMessage, change('resume')),
  ]
}
