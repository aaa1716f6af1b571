import type { SubscriptionCreate } from '@carillon/contract'
import { jwtVerify } from 'jose'
import { type Caller, fieldProblem, Problem, type Tx, type Vault } from '../../00-kernel/index.ts'
import { type AppRow, openIdentityKey } from '../../12-apps/index.ts'
import { normaliseKey } from '../reconciliation-value.ts'
import { getSettings } from '../settings/settings.ts'
import { findUserIds, findUsersByKey } from '../users/store.ts'

/** What a registration or change says about the person. */
export type PersonInput = Pick<SubscriptionCreate, 'reconciliation_value' | 'user_id' | 'user_token'>

/** What the subscription will say. */
export interface Person {
  user_id: string | null
  reconciliation_value: string | null
}

export interface ClaimContext {
  vault: Vault
  caller: Caller
  app: AppRow
  now: Date
}

/** The value that will be looked up, so that it can be locked before; undefined when the person is not named. */
export function claimedValue({ reconciliation_value: given }: PersonInput): string | undefined {
  if (given === undefined || given === null) return undefined
  const value = normaliseKey(given)
  if (value !== null) return value
  throw fieldProblem('invalid_request', '/reconciliation_value', 'is blank or longer than 1,024 bytes')
}

/**
 * Checks that the caller may name the person: a device never by user id, and with the app's signature where the
 * app asks for one. A proof that is sent must hold, even where none is asked for.
 */
export async function proveClaim(input: PersonInput, context: ClaimContext): Promise<void> {
  const { caller, app, vault } = context
  const isDevice = caller.kind === 'publishable'
  if (isDevice && input.user_id !== undefined)
    throw new Problem('forbidden', {
      detail: 'A publishable key may not name a user by id; send reconciliation_value.',
    })
  const value = claimedValue(input)
  if (value === undefined) return
  const key = openIdentityKey(vault, app)
  const mustProve = isDevice && app.identity_required
  if (input.user_token && (key || mustProve)) return checkUserToken(input.user_token, { key, value, context })
  if (mustProve) throw new Problem('identity_required')
}

async function checkUserToken(
  token: string,
  { key, value, context }: { key: string | null; value: string; context: ClaimContext },
): Promise<void> {
  if (!key) throw new Problem('identity_invalid', { detail: 'The app has no identity key to check it with.' })
  const payload = await jwtVerify(token, new TextEncoder().encode(key), {
    algorithms: ['HS256'],
    currentDate: context.now,
  }).then(
    ({ payload }) => payload,
    (cause) => {
      throw new Problem('identity_invalid', { detail: cause.message })
    },
  )
  if (normaliseKey(payload.sub) !== value)
    throw new Problem('identity_invalid', { detail: 'Its sub is not the reconciliation value.' })
}

/** Who there is to be named. */
export interface People {
  idsByValue: ReadonlyMap<string, readonly string[]>
  ids: ReadonlySet<string>
}

/** Everybody whom one of the inputs names; the caller holds the locks of their values. */
export async function readPeople(
  tx: Tx,
  workspaceId: string,
  inputs: readonly PersonInput[],
): Promise<People> {
  const values = [...new Set(inputs.map(claimedValue))].filter((value) => value !== undefined)
  const ids = inputs.map(({ user_id }) => user_id).filter((id) => id != null)
  const matches =
    values.length === 0
      ? []
      : await findUsersByKey(tx, workspaceId, await getSettings(tx, workspaceId), values)
  return {
    idsByValue: new Map(
      [...Map.groupBy(matches, ({ value }) => value)].map(([value, all]) => [value, all.map(({ id }) => id)]),
    ),
    ids: new Set(await findUserIds(tx, workspaceId, ids)),
  }
}

/**
 * Whose device it is from now on; undefined leaves that as it is. A value that nobody has yet is kept, and the
 * person who comes with it is linked then.
 */
export function personOf(people: People, input: PersonInput): Person | undefined {
  const value = claimedValue(input)
  const userId = input.user_id?.toLowerCase() ?? input.user_id
  if (value === undefined) {
    if (userId === undefined && input.reconciliation_value === undefined) return undefined
    if (userId && !people.ids.has(userId))
      throw fieldProblem('invalid_request', '/user_id', 'is no user of this workspace', 'unknown')
    return { user_id: userId ?? null, reconciliation_value: null }
  }
  const [match = null, ...others] = people.idsByValue.get(value) ?? []
  const userIdOfValue = others.length === 0 ? match : null
  if (userId && userId !== userIdOfValue)
    throw fieldProblem('invalid_request', '/user_id', 'is not the user with this reconciliation value')
  return { user_id: userIdOfValue, reconciliation_value: value }
}
