import { type BodyOf, type Cap, createCap, deleteCap, getCap, listCaps, patchCap } from '@carillon/contract'
import {
  type Db,
  fieldProblem,
  newId,
  Problem,
  type Route,
  read,
  type Tx,
  write,
} from '../../00-kernel/index.ts'
import { touchRules } from '../settings/store.ts'
import { readCaps } from './caps.ts'
import { deleteCapRow, insertCap, updateCap } from './store.ts'

/** Every send is held against all of them. */
const mostCaps = 50

export function capRoutes({ now }: { now: () => Date }): Route[] {
  return [
    read(listCaps, async ({ db, caller }) => ({ data: await readCaps(db, caller.workspaceId) })),
    read(getCap, ({ db, caller, params }) => viewCap(db, caller.workspaceId, params.id)),
    write(createCap, async ({ db, caller: { workspaceId }, body }) => {
      await touchRules(db, workspaceId)
      const caps = await readCaps(db, workspaceId)
      refuseTaken(caps, body.name)
      if (caps.length >= mostCaps)
        throw new Problem('conflict', { detail: `There are ${mostCaps} caps, and there can be no more.` })
      const id = newId(now().getTime())
      const { limit, window, scope, ...plain } = body
      await insertCap(db, {
        ...plain,
        id,
        workspace_id: workspaceId,
        most: limit,
        span: JSON.stringify(window),
        scope: JSON.stringify(scope),
        created_at: now(),
        updated_at: now(),
      })
      return viewCap(db, workspaceId, id)
    }),
    write(patchCap, async ({ db, caller: { workspaceId }, params: { id }, body }) => {
      await touchRules(db, workspaceId)
      await viewCap(db, workspaceId, id)
      refuseTaken(await readCaps(db, workspaceId), body.name, id)
      await updateCap(db, id, { ...columnsOf(body), updated_at: now() })
      return viewCap(db, workspaceId, id)
    }),
    write(deleteCap, async ({ db, caller: { workspaceId }, params: { id } }) => {
      await touchRules(db, workspaceId)
      await viewCap(db, workspaceId, id)
      await deleteCapRow(db, id)
      return undefined
    }),
  ]
}

function columnsOf({ limit, window, scope, ...plain }: BodyOf<typeof patchCap>) {
  return {
    ...plain,
    ...(limit === undefined ? {} : { most: limit }),
    ...(window === undefined ? {} : { span: JSON.stringify(window) }),
    ...(scope === undefined ? {} : { scope: JSON.stringify(scope) }),
  }
}

/** The name says on each delivery which cap it ended at. */
function refuseTaken(caps: readonly Cap[], name: string | undefined, ownId?: string): void {
  if (caps.some((cap) => cap.name === name && cap.id !== ownId))
    throw fieldProblem('already_exists', '/name', 'is the name of another cap', 'taken')
}

async function viewCap(db: Db | Tx, workspaceId: string, id: string): Promise<Cap> {
  const cap = (await readCaps(db, workspaceId)).find((each) => each.id === id.toLowerCase())
  if (!cap) throw new Problem('not_found', { detail: 'There is no cap with this id.' })
  return cap
}
