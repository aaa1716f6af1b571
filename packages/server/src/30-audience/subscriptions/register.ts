import { SubscriptionCreate } from '@carillon/contract'
import { type Caller, fieldProblem, Problem, type Tx, type Vault } from '../../00-kernel/index.ts'
import { type AppRow, findApp } from '../../12-apps/index.ts'
import { lockAudience, lockKeys, shareAudience } from '../audience-lock.ts'
import { checkItem } from '../check-item.ts'
import { addressOf } from './address.ts'
import { askOnce } from './ask-once.ts'
import { claimedValue, personOf, proveClaim, readPeople } from './claim-person.ts'
import { placeDevices, type Registered, type Registration, spotsOf } from './place-devices.ts'

export interface RegisterDeps {
  vault: Vault
  now: () => Date
}

/**
 * Registers a device or refreshes it. Afterwards exactly one row has the token and one has the device, and they
 * are the same row: a known device takes its new token in place, a token that turns up on another device leaves
 * the one it was on.
 */
export async function registerSubscription(
  tx: Tx,
  deps: RegisterDeps,
  caller: Caller,
  input: SubscriptionCreate,
): Promise<Registered> {
  const { workspaceId } = caller
  const findOwnApp = (id: string) => findApp(tx, workspaceId, id)
  const checked = await checkRegistration(input, { deps, caller, findOwnApp })

  await shareAudience(tx, workspaceId)
  await lockKeys(tx, workspaceId, keysOf(checked))
  const person = personOf(await readPeople(tx, workspaceId, [input]), input)
  const [registered] = await placeDevices(tx, caller, [{ ...checked, person }])
  if (!registered) throw new Error('One device was given and none came back.')
  return registered
}

type Refused = { problem: Problem }

/** Registers each as if it came alone, in their order; a refused one leaves nothing behind. */
export async function registerSubscriptions(
  tx: Tx,
  deps: RegisterDeps,
  caller: Caller,
  items: readonly unknown[],
): Promise<(Registered | Refused)[]> {
  const { workspaceId } = caller
  // Alone, which stands for the keys of all of them: rows are locked round by round.
  await lockAudience(tx, workspaceId)
  const findOwnApp = askOnce((id) => findApp(tx, workspaceId, id))
  const checked = await settleAll(items, async (item) =>
    checkRegistration(checkItem(SubscriptionCreate, item), { deps, caller, findOwnApp }),
  )
  const inputs = granted(checked).map(({ input }) => input)
  const people = await readPeople(tx, workspaceId, inputs)
  const admitted = await settleAll(checked, async (each) => {
    if ('problem' in each) throw each.problem
    return { ...each, person: personOf(people, each.input) }
  })
  const placed = await placeDevices(tx, caller, granted(admitted))
  let next = 0
  return admitted.map((each) => ('problem' in each ? each : (placed[next++] as Registered)))
}

/** A publishable key is printed in every copy of its app: it reaches no further than that app. */
export function refuseForeignApp(caller: Caller, appId: string): void {
  if (caller.kind === 'publishable' && caller.appId !== appId)
    throw new Problem('forbidden', { detail: 'This publishable key belongs to another app.' })
}

type Checked = Omit<Registration, 'person'>

async function checkRegistration(
  input: SubscriptionCreate,
  context: { deps: RegisterDeps; caller: Caller; findOwnApp: (id: string) => Promise<AppRow | undefined> },
): Promise<Checked> {
  const { deps, caller, findOwnApp } = context
  refuseForeignApp(caller, input.app_id)
  const app = await findOwnApp(input.app_id)
  if (!app) throw fieldProblem('invalid_request', '/app_id', 'is no app of this workspace', 'unknown')
  const address = addressOf(input)
  const now = deps.now()
  await proveClaim(input, { vault: deps.vault, caller, app, now })
  return { input, app, address, now }
}

function keysOf({ input, app, address }: Checked): string[][] {
  const value = claimedValue(input)
  return [
    ...spotsOf({ ...input, app_id: app.id, token: address.token }).map((spot) => [spot]),
    ...(value === undefined ? [] : [['person', value]]),
  ]
}

/** One after the other, because they share a connection. */
async function settleAll<T, R>(list: readonly T[], act: (each: T) => Promise<R>): Promise<(R | Refused)[]> {
  const settled: (R | Refused)[] = []
  for (const each of list) {
    const result = act(each).catch((error) => {
      if (error instanceof Problem) return { problem: error }
      throw error
    })
    settled.push(await result)
  }
  return settled
}

function granted<T extends object>(settled: readonly (T | Refused)[]): T[] {
  return settled.flatMap((each) => ('problem' in each ? [] : [each]))
}
