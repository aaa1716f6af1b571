import type { EventImport, PortableDefinition, ProblemPlace } from '@carillon/contract'
import { newId, Problem, type Tx } from '../../00-kernel/index.ts'
import { findApp, findOnlyApp } from '../../12-apps/index.ts'
import { checkDefinition } from './check-definition.ts'
import { refuseTooMany } from './save-definition.ts'
import * as store from './store.ts'

interface Importing {
  workspaceId: string
  now: Date
}

/** All of them or, with every problem and its place, none. */
export async function importDefinitions(
  tx: Tx,
  input: EventImport,
  { workspaceId, now }: Importing,
): Promise<{ created: number; replaced: number; ids: string[] }> {
  await store.lockNames(tx, workspaceId)
  const names = input.definitions.map(({ name }) => name)
  const holders = await store.readDefinitionsNamed(tx, workspaceId, names)
  const idByName = new Map(holders.map(({ id, name }) => [name, id]))
  refuseNames(input, idByName)
  await refuseTooMany(tx, workspaceId, names.length - idByName.size)
  const found = await findReferences(tx, workspaceId, input)
  const drafts = input.definitions.map((definition) => draftOf(definition, found))
  const problems: ProblemPlace[] = []
  for (const [i, { fields, unknown }] of drafts.entries()) {
    const places = unknown.length > 0 ? unknown : await checkDefinition(tx, workspaceId, fields)
    problems.push(...places.map((place) => ({ ...place, pointer: `/definitions/${i}${place.pointer}` })))
    if (problems.length >= maxProblems) break
  }
  if (problems.length > 0)
    throw new Problem('invalid_request', { errors: problems.slice(0, maxProblems).map(asInFile) })
  const ids: string[] = []
  for (const { fields, status } of drafts) {
    const oldId = idByName.get(fields.name)
    const id = oldId ?? newId(now.getTime())
    if (oldId) await store.updateDefinition(tx, { id, now }, { ...fields, ...(status && { status }) })
    else await store.insertDefinition(tx, { id, workspaceId, status: status ?? 'inactive', now }, fields)
    ids.push(id)
  }
  return { created: ids.length - idByName.size, replaced: idByName.size, ids }
}

const maxProblems = 50

/** A file names a template as a whole, not by a field. */
function asInFile(place: ProblemPlace): ProblemPlace {
  return { ...place, pointer: place.pointer.replace(/^(\/definitions\/\d+)\/template_id$/, '$1/template') }
}

function refuseNames({ definitions, mode }: EventImport, taken: ReadonlyMap<string, string>): void {
  const names = definitions.map(({ name }) => name)
  const places = (code: string, detail: string, isAt: (name: string, i: number) => boolean) =>
    names.flatMap((name, i) => (isAt(name, i) ? [{ pointer: `/definitions/${i}/name`, code, detail }] : []))
  const seen = new Set<string>()
  const twice = places('taken', 'stands in the file already', (name) => {
    const isSecond = seen.has(name)
    seen.add(name)
    return isSecond
  })
  if (twice.length > 0) throw new Problem('invalid_request', { errors: twice.slice(0, maxProblems) })
  if (mode === 'replace') return
  const existing = places('taken', 'exists already; mode replace would change it', (name) => taken.has(name))
  if (existing.length > 0) throw new Problem('already_exists', { errors: existing.slice(0, maxProblems) })
}

interface Found {
  apps: readonly { id: string; name: string }[]
  templates: readonly { id: string; name: string }[]
  /** Where a definition names none, or all are to have the same. */
  app: { id: string } | undefined
  isForced: boolean
}

async function findReferences(tx: Tx, workspaceId: string, input: EventImport): Promise<Found> {
  const read = (table: 'apps' | 'templates', references: PortableDefinition['app'][]) =>
    store.readReferable(tx, workspaceId, {
      table,
      ids: references.flatMap((reference) => reference?.id ?? []),
      names: references.flatMap((reference) => reference?.name ?? []),
    })
  const app = input.app_id ? await findApp(tx, workspaceId, input.app_id) : await findOnlyApp(tx, workspaceId)
  if (input.app_id && !app) {
    const detail = 'There is no app with this id.'
    throw new Problem('invalid_request', { errors: [{ pointer: '/app_id', code: 'unknown_app', detail }] })
  }
  return {
    apps: await read(
      'apps',
      input.definitions.map((definition) => definition.app),
    ),
    templates: await read(
      'templates',
      input.definitions.map((definition) => definition.template),
    ),
    app,
    isForced: input.app_id !== undefined,
  }
}

interface Draft {
  fields: store.DefinitionFields
  status: PortableDefinition['status']
  unknown: ProblemPlace[]
}

function draftOf({ app, template, status, content, ...rest }: PortableDefinition, found: Found): Draft {
  const appId = app && !found.isForced ? meant(app, found.apps) : found.app?.id
  const templateId = template && meant(template, found.templates)
  const unknown = [
    ...(appId === undefined ? [unknownPlace('app')] : []),
    ...(template && templateId === undefined ? [unknownPlace('template')] : []),
  ]
  const texts = { content: content ?? null, template_id: templateId ?? null }
  const fields = { ...rest, ...texts, app_id: appId ?? '' }
  return { fields, status, unknown }
}

/** By its id; in another workspace, where that says nothing, by its name. */
function meant(
  { id, name }: { id?: string; name?: string },
  known: readonly { id: string; name: string }[],
): string | undefined {
  const byId = id && known.find((each) => each.id === id.toLowerCase())
  return byId ? byId.id : known.find((each) => name !== undefined && each.name === name)?.id
}

function unknownPlace(what: 'app' | 'template'): ProblemPlace {
  return { pointer: `/${what}`, code: `unknown_${what}`, detail: `There is no such ${what} here.` }
}
