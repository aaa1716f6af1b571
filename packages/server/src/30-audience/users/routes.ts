import {
  batchUsers,
  createAttribute,
  createUser as createUserEndpoint,
  deleteUser,
  getUser,
  getUserBy,
  listAttributes,
  listUsers,
  patchUser as patchUserEndpoint,
  type User,
} from '@carillon/contract'
import {
  type Db,
  decodeCursor,
  Problem,
  pageOf,
  type Route,
  read,
  type Tx,
  write,
} from '../../00-kernel/index.ts'
import { itemError } from '../check-item.ts'
import { declareAttribute, getAttributeSchema } from './attribute-schema.ts'
import { eraseUser } from './erase-user.ts'
import { findUsersBy } from './find-user.ts'
import { patchUser } from './patch-user.ts'
import { ambiguous, createUser, saveUsers } from './save-users.ts'
import { findUser, readUsers } from './store.ts'
import { userView } from './user-view.ts'

/** How many candidates an ambiguous look-up names. */
const maxCandidates = 20

export function userRoutes({ now }: { now: () => Date }): Route[] {
  return [
    read(listUsers, async ({ db, caller, query }) => {
      const [before] = decodeCursor(query.cursor, ['uuid']) ?? []
      const rows = await readUsers(db, caller.workspaceId, {
        before: before as string | undefined,
        limit: query.limit + 1,
        search: query.search,
      })
      return pageOf(rows, query.limit, userView, (row) => [row.id])
    }),
    read(getUser, ({ db, caller, params }) => viewUser(db, caller.workspaceId, params.id)),
    read(getUserBy, async ({ db, caller, params }) => {
      const found = await findUsersBy(db, caller.workspaceId, params.attribute, [params.value])
      const ids = [...new Set(found.map(({ id }) => id))]
      if (ids.length > 1) throw ambiguous(ids.slice(0, maxCandidates))
      if (!ids[0]) throw new Problem('not_found', { detail: `Nobody has this ${params.attribute}.` })
      return viewUser(db, caller.workspaceId, ids[0])
    }),
    write(createUserEndpoint, async ({ db, caller, body }) =>
      viewUser(db, caller.workspaceId, await createUser(db, caller.workspaceId, body, now())),
    ),
    write(patchUserEndpoint, async ({ db, caller, params, body }) => {
      await patchUser(db, caller.workspaceId, { id: params.id, input: body, now: now() })
      return viewUser(db, caller.workspaceId, params.id)
    }),
    write(deleteUser, async ({ db, caller, params }) => {
      await eraseUser(db, caller.workspaceId, params.id)
      return undefined
    }),
    write(batchUsers, async ({ db, caller, body }) => {
      const saved = await saveUsers(db, caller.workspaceId, {
        items: body.users,
        mode: 'upsert',
        now: now(),
      })
      return {
        results: saved.map((each, index) =>
          'problem' in each
            ? { index, status: each.problem.status, error: itemError(each.problem) }
            : { index, status: each.isNew ? 201 : 200, id: each.id },
        ),
      }
    }),
    read(listAttributes, async ({ db, caller }) => ({
      data: await getAttributeSchema(db, caller.workspaceId),
    })),
    write(createAttribute, ({ db, caller, body }) => declareAttribute(db, caller.workspaceId, body)),
  ]
}

async function viewUser(db: Db | Tx, workspaceId: string, id: string): Promise<User> {
  const row = await findUser(db, workspaceId, id)
  if (!row) throw new Problem('not_found', { detail: 'There is no user with this id.' })
  return userView(row)
}
