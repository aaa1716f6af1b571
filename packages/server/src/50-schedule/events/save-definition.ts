import {
  type EventDefinitionCreate,
  type EventDefinitionPatch,
  maxEventDefinitions,
  type ProblemPlace,
} from '@carillon/contract'
import { fieldProblem, newId, Problem, type Tx } from '../../00-kernel/index.ts'
import { findApp, findOnlyApp } from '../../12-apps/index.ts'
import { refuseUnlistedType } from '../../30-audience/index.ts'
import { checkDefinition } from './check-definition.ts'
import * as store from './store.ts'

interface Saving {
  workspaceId: string
  now: Date
}

/** Throws Problem; then nothing was stored. */
export async function createDefinition(
  tx: Tx,
  { app_id, content, template_id, ...input }: EventDefinitionCreate,
  { workspaceId, now }: Saving,
): Promise<string> {
  await store.lockNames(tx, workspaceId)
  await refuseTooMany(tx, workspaceId, 1)
  await refuseTakenName(tx, workspaceId, input.name, null)
  await refuseUnlistedType(tx, workspaceId, 'event_types', input.type)
  const appId = await resolveApp(tx, workspaceId, app_id)
  const texts = { content: content ?? null, template_id: template_id ?? null }
  const fields = { ...input, ...texts, app_id: appId }
  refuse(await checkDefinition(tx, workspaceId, fields))
  const id = newId(now.getTime())
  await store.insertDefinition(tx, { id, workspaceId, status: 'inactive', now }, fields)
  return id
}

/** What is left out stays; content takes the place of a template, and the other way round. */
export async function changeDefinition(
  tx: Tx,
  id: string,
  patch: EventDefinitionPatch,
  { workspaceId, now }: Saving,
): Promise<void> {
  await store.lockNames(tx, workspaceId)
  const old = await lockOrRefuse(tx, workspaceId, id)
  if (Object.keys(patch).length === 0) return
  if (patch.name !== undefined) await refuseTakenName(tx, workspaceId, patch.name, id)
  if (patch.type !== undefined && patch.type !== old.type)
    await refuseUnlistedType(tx, workspaceId, 'event_types', patch.type)
  if (patch.app_id !== undefined) await resolveApp(tx, workspaceId, patch.app_id)
  const change = { ...patch, ...replacedTexts(patch) }
  refuse(await checkDefinition(tx, workspaceId, { ...old, ...change }))
  await store.updateDefinition(tx, { id, now }, change)
}

function replacedTexts({ content, template_id }: EventDefinitionPatch) {
  if (content && template_id === undefined) return { content, template_id: null }
  if (template_id && content === undefined) return { content: null, template_id }
  return {}
}

/** Asking for the status that it has changes nothing. */
export async function setStatus(
  tx: Tx,
  id: string,
  status: 'active' | 'inactive',
  { workspaceId, now }: Saving,
): Promise<void> {
  const definition = await lockOrRefuse(tx, workspaceId, id)
  if (definition.status === status) return
  if (status === 'active') refuseUnfit(await checkDefinition(tx, workspaceId, definition))
  await store.updateDefinition(tx, { id, now }, { status })
}

export async function removeDefinition(tx: Tx, workspaceId: string, id: string): Promise<void> {
  const definition = await lockOrRefuse(tx, workspaceId, id)
  if (definition.status === 'active')
    throw new Problem('conflict', { detail: 'Deactivate the event definition before you delete it.' })
  await store.deleteDefinition(tx, id)
}

export function unknownDefinition(): Problem {
  return new Problem('not_found', { detail: 'There is no event definition with this id.' })
}

export async function refuseTooMany(tx: Tx, workspaceId: string, more: number): Promise<void> {
  if ((await store.countDefinitions(tx, workspaceId)) + more <= maxEventDefinitions) return
  throw new Problem('conflict', {
    detail: `A workspace may have ${maxEventDefinitions} event definitions; delete some first.`,
  })
}

async function lockOrRefuse(tx: Tx, workspaceId: string, id: string): Promise<store.DefinitionRow> {
  const row = await store.lockDefinition(tx, { workspaceId, id }, 'update')
  if (!row) throw unknownDefinition()
  return row
}

async function refuseTakenName(
  tx: Tx,
  workspaceId: string,
  name: string,
  ownId: string | null,
): Promise<void> {
  const [holder] = await store.readDefinitionsNamed(tx, workspaceId, [name])
  if (holder && holder.id !== ownId)
    throw fieldProblem(
      'already_exists',
      '/name',
      `is the name of the event definition ${holder.id} already`,
      'taken',
    )
}

async function resolveApp(tx: Tx, workspaceId: string, id: string | undefined): Promise<string> {
  const app = id ? await findApp(tx, workspaceId, id) : await findOnlyApp(tx, workspaceId)
  if (app) return app.id
  throw id
    ? fieldProblem('invalid_request', '/app_id', 'There is no app with this id.', 'unknown_app')
    : fieldProblem(
        'invalid_request',
        '/app_id',
        'Name the app: the workspace does not have exactly one.',
        'missing_app',
      )
}

function refuse(errors: ProblemPlace[]): void {
  if (errors.length === 0) return
  const isAboutTexts = errors.every(({ pointer }) => /^\/(content|overrides)/.test(pointer))
  throw new Problem(isAboutTexts ? 'invalid_content' : 'invalid_request', { errors })
}

/** Its template may have changed, or be gone, since it was saved. */
function refuseUnfit([first]: ProblemPlace[]): void {
  if (first) throw new Problem('conflict', { detail: `It cannot be sent as it is. ${first.detail}` })
}
