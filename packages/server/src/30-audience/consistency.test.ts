import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  type Caller,
  createLog,
  createVault,
  newId,
  Problem,
  type Store,
  sha256,
  type Tx,
} from '../00-kernel/index.ts'
import { openTestStore, seedWorkspace } from '../testing/test-store.ts'
import { runNextJob } from './jobs/run-jobs.ts'
import { jobKinds } from './jobs.ts'
import { changeReconciliationKey } from './settings/reconciliation-key.ts'
import { changeSubscription, removeSubscription } from './subscriptions/change-subscription.ts'
import { registerSubscription } from './subscriptions/register.ts'
import { subscriptionRoutes } from './subscriptions/routes.ts'
import { retireSubscriptions } from './subscriptions/store.ts'
import { declareAttribute } from './users/attribute-schema.ts'
import { eraseUser } from './users/erase-user.ts'
import { patchUser } from './users/patch-user.ts'
import { createUser, saveUsers } from './users/save-users.ts'

let store: Store
let workspaceId: string
const appId = newId()
const deps = { vault: createVault(Buffer.alloc(32)), now: () => new Date() }

beforeAll(async () => {
  store = await openTestStore()
  workspaceId = await seedWorkspace(store)
  await sql`insert into apps (id, workspace_id, name, publishable_key)
    values (${appId}, ${workspaceId}, 'App', 'pk')`.execute(store.db)
  await store.db
    .transaction()
    .execute((tx) => declareAttribute(tx, workspaceId, { name: 'member', type: 'string', required: true }))
})
afterAll(() => store[Symbol.asyncDispose]())

const pick = (n: number) => Math.floor(Math.random() * n)
const email = () => `p${pick(12)}@x.de`
const person = () => ({ attributes: { email: email(), member: String(pick(12)) } })
const device = () => ({
  app_id: appId,
  platform: 'fcm' as const,
  token: `t${pick(12)}`,
  device_id: pick(3) ? `d${pick(12)}` : undefined,
  reconciliation_value: pick(3) ? (pick(2) ? email() : String(pick(12))) : undefined,
})

test('whatever happens at the same time, no write fails and everybody has the devices of their value', async () => {
  const caller: Caller = {
    workspaceId,
    kind: 'secret',
    id: 'k',
    name: 'k',
    scopes: ['*'],
    appId: null,
  }
  const batch = subscriptionRoutes(deps).find(({ endpoint }) => endpoint.id === 'batchSubscriptions')
  const anyOf = async (tx: Tx, table: 'users' | 'subscriptions') =>
    (await tx.selectFrom(table).select('id').orderBy(sql`random()`).limit(1).executeTakeFirst())?.id ??
    newId()
  const acts: ((tx: Tx) => Promise<unknown>)[] = [
    (tx) => registerSubscription(tx, deps, caller, device()),
    (tx) => registerSubscription(tx, deps, caller, device()),
    (tx) => createUser(tx, workspaceId, person(), new Date()),
    (tx) =>
      saveUsers(tx, workspaceId, { items: [person(), person(), person()], mode: 'upsert', now: new Date() }),
    async (tx) =>
      patchUser(tx, workspaceId, {
        id: await anyOf(tx, 'users'),
        input: { attributes: { email: email() } },
        now: new Date(),
      }),
    async (tx) =>
      patchUser(tx, workspaceId, {
        id: await anyOf(tx, 'users'),
        input: { attributes: { nick: 'n' } },
        now: new Date(),
      }),
    async (tx) => eraseUser(tx, workspaceId, await anyOf(tx, 'users')),
    async (tx) => removeSubscription(tx, caller, await anyOf(tx, 'subscriptions')),
    async (tx) => {
      const id = await anyOf(tx, 'subscriptions')
      return changeSubscription(tx, deps, caller, { id, change: { reconciliation_value: email() } })
    },
    (tx) =>
      batch?.handle({
        db: tx,
        caller,
        body: { subscriptions: Array.from({ length: 5 }, device) },
      } as never) as Promise<unknown>,
    async (tx) => {
      const rows = await tx.selectFrom('subscriptions').select(['id', 'token']).limit(6).execute()
      const dead = rows.map((row) => ({
        subscriptionId: row.id,
        tokenHash: sha256(row.token),
        sentAtMs: Date.now(),
        code: 'x',
      }))
      return retireSubscriptions(tx, dead)
    },
    (tx) =>
      changeReconciliationKey(tx, workspaceId, {
        attribute: pick(2) ? 'email' : 'member',
        dryRun: false,
        pointer: '/attribute',
      }),
  ]
  const writer = async () => {
    for (let i = 0; i < 60; i += 1) {
      const act = acts[pick(acts.length)] as (tx: Tx) => Promise<unknown>
      try {
        await store.db.transaction().execute(act)
      } catch (error) {
        // Taken values and rows that are gone are answers; a deadlock or a broken constraint is not.
        if (!(error instanceof Problem)) throw error
      }
    }
  }
  const runner = { store, now: () => new Date(), log: createLog('silent'), kinds: jobKinds }
  const runAll = async () => {
    while (await runNextJob(runner, new AbortController().signal));
  }
  await Promise.all([...Array.from({ length: 6 }, writer), runAll()])
  await runAll()

  const failed = await store.db.selectFrom('jobs').select('id').where('status', '<>', 'finished').execute()
  expect(failed).toEqual([])
  const { rows: settings } = await sql<{ key: string }>`
    select coalesce(settings ->> 'reconciliation_key', 'email') as key from workspaces`.execute(store.db)
  const key = settings[0]?.key
  const { rows: torn } = await sql`
    select s.id, s.user_id, s.reconciliation_value, m.ids from subscriptions s
    left join lateral (
      select array_agg(u.id) as ids from users u where u.attributes ->> ${key}::text = s.reconciliation_value
    ) m on true
    where s.reconciliation_value is not null
      and s.user_id is distinct from case when cardinality(m.ids) = 1 then m.ids[1] end`.execute(store.db)
  expect(torn).toEqual([])
  const { rows: stale } = await sql`
    select id from users where reconciliation_value is distinct from attributes ->> ${key}::text`.execute(
    store.db,
  )
  expect(stale).toEqual([])
})

test('while a new key is followed, a change of anything in a person has the audience alone', async () => {
  const write = <T>(act: (tx: Tx) => Promise<T>) => store.db.transaction().execute(act)
  const replaceKey = (attribute: string) =>
    write((tx) =>
      changeReconciliationKey(tx, workspaceId, { attribute, dryRun: false, pointer: '/attribute' }),
    )
  const runner = { store, now: () => new Date(), log: createLog('silent'), kinds: jobKinds }
  await replaceKey('email')
  while (await runNextJob(runner, new AbortController().signal));
  const [ada, bob] = [await write(named('ada')), await write(named('bob'))]
  function named(name: string) {
    const attributes = { email: `${name}@x.de`, member: 'the same' }
    return (tx: Tx) => createUser(tx, workspaceId, { attributes }, new Date())
  }
  const locksOfPatch = (id: string) =>
    write(async (tx) => {
      await patchUser(tx, workspaceId, { id, input: { attributes: { nick: 'n' } }, now: new Date() })
      const { rows } = await sql`
        select from pg_locks where locktype = 'advisory' and mode = 'ExclusiveLock' and pid = pg_backend_pid()`.execute(
        tx,
      )
      return rows.length
    })
  expect(await locksOfPatch(ada)).toBe(0)
  await replaceKey('member')
  // The value that both have by the new key is not what this changes.
  expect([await locksOfPatch(ada), await locksOfPatch(bob)]).toEqual([1, 1])
  while (await runNextJob(runner, new AbortController().signal));
  expect(await locksOfPatch(ada)).toBe(0)
})
