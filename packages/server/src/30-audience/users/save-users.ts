import { type AttributeValue, type UserCreate, UserCreate as UserCreateSchema } from '@carillon/contract'
import { Problem, type Tx } from '../../00-kernel/index.ts'
import { syncAddresses } from '../addresses/sync-addresses.ts'
import { lockAudience, lockKeys, shareAudience } from '../audience-lock.ts'
import { checkItem } from '../check-item.ts'
import { normaliseKey } from '../reconciliation-value.ts'
import { getSettings, type Settings } from '../settings/settings.ts'
import { relinkByValue } from '../subscriptions/store.ts'
import { getAttributeSchema } from './attribute-schema.ts'
import { attributeOf, checkAttributes } from './check-attributes.ts'
import { findTaken, identifierKey, type Owners, readOwners } from './identifiers.ts'
import { lockUsersByKey, writeUsers } from './store.ts'
import { draftOf, mergeDraft, newDraft, type UserDraft } from './user-draft.ts'

/** Creates a person; whoever has the same reconciliation value or identifier already is named in a 409. */
export async function createUser(tx: Tx, workspaceId: string, input: UserCreate, now: Date): Promise<string> {
  await shareAudience(tx, workspaceId)
  const settings = await getSettings(tx, workspaceId)
  const value = normaliseKey(attributeOf(input.attributes, settings.reconciliationKey))
  await lockKeys(tx, workspaceId, [
    ...(value === null ? [] : [['person', value]]),
    ...Object.entries(input.identifiers ?? {}).map(([name, id]) => ['identifier', name, id]),
  ])
  const [saved] = await saveUnderLock(tx, workspaceId, { items: [input], mode: 'insert', now, settings })
  if (!saved) throw new Error('One person was given and none came back.')
  if ('problem' in saved) throw saved.problem
  return saved.id
}

export type SavedUser = { id: string; isNew: boolean } | { problem: Problem }

export interface SaveUsers {
  items: readonly unknown[]
  /** `insert` refuses people who exist; `upsert` merges into whoever has the same reconciliation value. */
  mode: 'insert' | 'upsert'
  now: Date
}

/** Each item is judged by itself; the answers are in the order of the items. */
export async function saveUsers(tx: Tx, workspaceId: string, input: SaveUsers): Promise<SavedUser[]> {
  await lockAudience(tx, workspaceId)
  return saveUnderLock(tx, workspaceId, { ...input, settings: await getSettings(tx, workspaceId) })
}

async function saveUnderLock(
  tx: Tx,
  workspaceId: string,
  { items, mode, now, settings }: SaveUsers & { settings: Settings },
): Promise<SavedUser[]> {
  const key = settings.reconciliationKey
  const inputs = items.map((item) => attempt(() => checkItem(UserCreateSchema, item)))
  const valid = inputs.flatMap((input) => ('problem' in input ? [] : [input.value]))
  const values = valid
    .map(({ attributes }) => normaliseKey(attributeOf(attributes, key)))
    .filter((value) => value !== null)
  const schema = await getAttributeSchema(tx, workspaceId)
  const owners = await readOwners(tx, workspaceId, valid)
  const byKey = new Map<string, UserDraft[]>()
  for (const row of await lockUsersByKey(tx, workspaceId, settings, values))
    byKey.set(row.key, [...(byKey.get(row.key) ?? []), draftOf(row)])

  const written = new Map<string, UserDraft>()
  const saveOne = (input: UserCreate): SavedUser => {
    const value = normaliseKey(attributeOf(input.attributes, key))
    const matches = value === null ? [] : (byKey.get(value) ?? [])
    const [match] = matches
    if (matches.length > 1) throw ambiguous(matches.map(({ id }) => id))
    if (match && mode === 'insert') throw taken(`/attributes/${key}`, value, match.id)
    const before = match ?? newDraft(now)
    const draft = mergeDraft(before, input, key)
    const errors = checkAttributes({
      schema,
      given: input.attributes,
      merged: draft.attributes,
      isNew: draft.isNew,
    })
    if (errors.length > 0) throw new Problem('invalid_request', { errors })
    refuseTaken(owners, input, draft.id)
    if (value !== null) byKey.set(value, [draft])
    for (const [name, id] of Object.entries(input.identifiers ?? {})) {
      // What the person had under that name is free from here on.
      owners.delete(identifierKey(name, before.identifiers[name] ?? id))
      owners.set(identifierKey(name, id), draft.id)
    }
    written.set(draft.id, draft)
    return { id: draft.id, isNew: match === undefined }
  }

  const saved = inputs.map((input) => {
    if ('problem' in input) return input
    const result = attempt(() => saveOne(input.value))
    return 'problem' in result ? result : result.value
  })
  await writeUsers(tx, workspaceId, [...written.values()])
  await syncAddresses(tx, workspaceId, [...written.keys()], now)
  await relinkByValue(tx, workspaceId, settings, newValues(written))
  return saved
}

/** Whoever was there already is linked already. */
function newValues(written: ReadonlyMap<string, UserDraft>): string[] {
  return [...written.values()].flatMap(({ isNew, reconciliationValue }) =>
    isNew && reconciliationValue !== null ? [reconciliationValue] : [],
  )
}

/** Throws Problem('already_exists') when one of the identifiers is another person's. */
export function refuseTaken(owners: Owners, input: Pick<UserCreate, 'identifiers'>, id: string): void {
  const found = findTaken(owners, input, id)
  if (found) throw taken(`/identifiers/${found.name}`, found.value, found.ownerId)
}

export function taken(pointer: string, value: AttributeValue, existingId: string): Problem {
  const detail = `User ${existingId} has ${JSON.stringify(value)} here already.`
  return new Problem('already_exists', {
    detail,
    errors: [{ pointer, code: 'taken', detail }],
    extra: { existing_id: existingId },
  })
}

export function ambiguous(candidates: readonly string[]): Problem {
  return new Problem('ambiguous', { extra: { candidates } })
}

function attempt<T>(act: () => T): { value: T } | { problem: Problem } {
  try {
    return { value: act() }
  } catch (error) {
    if (error instanceof Problem) return { problem: error }
    throw error
  }
}
