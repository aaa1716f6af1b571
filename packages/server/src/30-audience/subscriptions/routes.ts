import {
  batchSubscriptions,
  createSubscription,
  deleteSubscription,
  getSubscription,
  listSubscriptions,
  patchSubscription,
  reviewSuspects,
  SubscriptionCreate,
} from '@carillon/contract'
import {
  type Caller,
  decodeCursor,
  fieldProblem,
  Problem,
  pageOf,
  type Route,
  read,
  type Tx,
  write,
} from '../../00-kernel/index.ts'
import { findApp } from '../../12-apps/index.ts'
import { lockAudience } from '../audience-lock.ts'
import { checkItem, itemError } from '../check-item.ts'
import { changeSubscription, notFound, removeSubscription } from './change-subscription.ts'
import { type RegisterDeps, registerSubscription } from './register.ts'
import { decideSuspects, findSubscription, readSubscriptions } from './store.ts'
import { resultView, subscriptionView } from './subscription-view.ts'

export function subscriptionRoutes(deps: RegisterDeps): Route[] {
  return [
    write(createSubscription, async ({ db, caller, body, setStatus }) => {
      const { row, isNew } = await registerSubscription(db, deps, caller, body)
      if (!isNew) setStatus(200)
      return resultView(row)
    }),
    write(batchSubscriptions, async ({ db, caller, body }) => {
      // Rows of many devices are locked in the order of the request, so nobody else may be at it.
      await lockAudience(db, caller.workspaceId)
      const results = []
      for (const [index, item] of body.subscriptions.entries())
        results.push({ index, ...(await registerItem(db, deps, caller, item)) })
      return { results }
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

/** A registration refuses before it writes, so a refused item leaves nothing behind. */
async function registerItem(tx: Tx, deps: RegisterDeps, caller: Caller, item: unknown) {
  try {
    const { row, isNew } = await registerSubscription(tx, deps, caller, checkItem(SubscriptionCreate, item))
    return { status: isNew ? 201 : 200, id: row.id }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { status: error.status, error: itemError(error) }
  }
}
