import {
  createTemplate,
  deleteTemplate,
  getTemplate,
  listTemplates,
  putTemplate,
  type Template,
} from '@carillon/contract'
import {
  type Db,
  decodeCursor,
  fieldProblem,
  Problem,
  pageOf,
  type Route,
  read,
  type Tx,
  write,
} from '../00-kernel/index.ts'
import { checkConstantSize } from './check-constant-size.ts'
import { checkContent } from './rendering/index.ts'
import * as store from './store.ts'
import { withoutFiles } from './without-files.ts'

export function templateRoutes(): Route[] {
  return [
    read(listTemplates, async ({ db, caller, query }) => {
      const [before = null] = decodeCursor(query.cursor, ['uuid']) ?? []
      const page = { before: before as string | null, limit: query.limit + 1 }
      const rows = await store.readTemplates(db, caller.workspaceId, page)
      return pageOf(rows, query.limit, listed, (row) => [row.id])
    }),
    read(getTemplate, ({ db, caller, params, query }) =>
      view(db, caller.workspaceId, params.id, query.version),
    ),
    write(createTemplate, async ({ db, caller, body }) => {
      refuseUnfit(body)
      await claimName(db, caller.workspaceId, body.name, null)
      const id = await store.insertTemplate(db, caller.workspaceId, body)
      return view(db, caller.workspaceId, id)
    }),
    write(putTemplate, async ({ db, caller, params, body }) => {
      refuseUnfit(body)
      await claimName(db, caller.workspaceId, body.name, params.id)
      const found = await store.insertNextVersion(db, caller.workspaceId, params.id, body)
      if (!found) throw new Problem('not_found')
      return view(db, caller.workspaceId, params.id)
    }),
    write(deleteTemplate, async ({ db, caller, params }) => {
      await refuseUsed(db, caller.workspaceId, params.id)
      if (!(await store.deleteTemplate(db, caller.workspaceId, params.id))) throw new Problem('not_found')
      return undefined
    }),
  ]
}

/** A template that nobody could be sent is refused when it is saved, not when it is used. */
function refuseUnfit({ content, overrides }: store.TemplateFields): void {
  const errors = checkContent(content, overrides)
  if (errors.length > 0) throw new Problem('invalid_content', { errors })
  checkConstantSize(content, overrides)
}

async function claimName(tx: Tx, workspaceId: string, name: string, ownId: string | null): Promise<void> {
  await store.lockNames(tx, workspaceId)
  const holder = await store.findTemplateByName(tx, workspaceId, name)
  if (!holder || holder.id === ownId) return
  throw fieldProblem(
    'already_exists',
    '/name',
    `Template ${holder.id} has the name "${name}" already.`,
    'name_taken',
  )
}

/** A message has its own copy; an event definition takes the newest version at each call. */
async function refuseUsed(tx: Tx, workspaceId: string, id: string): Promise<void> {
  const user = await store.findEventDefinitionUsing(tx, workspaceId, id)
  if (!user) return
  throw new Problem('conflict', {
    detail: `The event definition ${user.name} uses this template; change that one first.`,
  })
}

async function view(db: Db | Tx, workspaceId: string, id: string, version?: number): Promise<Template> {
  const row = await store.findTemplate(db, workspaceId, id, version)
  if (!row) throw new Problem('not_found')
  return viewOf(row)
}

/** As `viewOf`, less the contents of files. */
function listed(row: store.TemplateRow): Template {
  return viewOf({ ...row, overrides: withoutFiles(row.overrides) as Template['overrides'] })
}

function viewOf({ created_at, updated_at, ...row }: store.TemplateRow): Template {
  return { ...row, created_at: created_at.toISOString(), updated_at: updated_at.toISOString() }
}
