import {
  batchSubscriptions,
  createSubscription,
  deleteSubscription,
  getSubscription,
  listSubscriptions,
  patchSubscription,
  reviewSuspects,
} from '@carillon/contract'
import { decodeCursor, fieldProblem, pageOf, type Route, read, write } from '../../00-kernel/index.ts'
import { findApp } from '../../12-apps/index.ts'
import { lockAudience } from '../audience-lock.ts'
import { itemError } from '../check-item.ts'
import { changeSubscription, notFound, removeSubscription } from './change-subscription.ts'
import { type RegisterDeps, registerSubscription, registerSubscriptions } from './register.ts'
import { decideSuspects, findSubscription, readSubscriptions } from './store.ts'
import { resultView, subscriptionView } from './subscription-view.ts'

export function subscriptionRoutes(deps: RegisterDeps): Route[] {
  return [
    write(createSubscription, async ({ db, caller, body, setStatus }) => {
      const registered = await registerSubscription(db, deps, caller, body)
      if (!registered.isNew) setStatus(200)
      return resultView(registered)
    }),
    write(batchSubscriptions, async ({ db, caller, body }) => {
      const registered = await registerSubscriptions(db, deps, caller, body.subscriptions)
      return {
        results: registered.map((each, index) =>
          'problem' in each
            ? { index, status: each.problem.status, error: itemError(each.problem) }
            : { index, status: each.isNew ? 201 : 200, id: each.id },
        ),
      }
    }),
    read(listSubscriptions, async ({ db, caller, query }) => {
      const [before] = decodeCursor(query.cursor, ['uuid']) ?? []
      const rows = await readSubscriptions(db, caller.workspaceId, {
        appId: query.app_id,
        userId: query.user_id,
        platform: query.platform,
        status: query.status,
        before: before as string | undefined,
        limit: query.limit + 1,
      })
      return pageOf(
        rows,
        query.limit,
        (row) => subscriptionView(row, caller),
        (row) => [row.id],
      )
    }),
    read(getSubscription, async ({ db, caller, params }) => {
      const row = await findSubscription(db, caller.workspaceId, params.id)
      if (!row) throw notFound()
      return subscriptionView(row, caller)
    }),
    write(patchSubscription, async ({ db, caller, params, body }) =>
      resultView(await changeSubscription(db, deps, caller, { id: params.id, change: body })),
    ),
    write(deleteSubscription, async ({ db, caller, params }) => {
      await removeSubscription(db, caller, params.id)
      return undefined
    }),
    write(reviewSuspects, async ({ db, caller, body }) => {
      if (!(await findApp(db, caller.workspaceId, body.app_id)))
        throw fieldProblem('invalid_request', '/app_id', 'is no app of this workspace', 'unknown')
      await lockAudience(db, caller.workspaceId)
      return { changed: await decideSuspects(db, body.app_id, body) }
    }),
  ]
}
