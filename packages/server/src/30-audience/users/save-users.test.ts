import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, createVault, newId, type Store, type Tx } from '../../00-kernel/index.ts'
import { openTestStore, seedWorkspace } from '../../testing/test-store.ts'
import { registerSubscription } from '../subscriptions/register.ts'
import { declareAttribute } from './attribute-schema.ts'
import { type SavedUser, saveUsers } from './save-users.ts'

let store: Store
let workspaceId: string
const appId = newId()
const emails = Array.from({ length: 6 }, (_, i) => `p${i}@x.de`)

beforeAll(async () => {
  store = await openTestStore()
  workspaceId = await seedWorkspace(store)
  const caller: Caller = { workspaceId, kind: 'secret', id: 'k', name: 'k', scopes: ['*'], appId: null }
  const deps = { vault: createVault(Buffer.alloc(32)), now: () => new Date() }
  await store.db
    .insertInto('apps')
    .values({ id: appId, workspace_id: workspaceId, name: 'App', publishable_key: 'pk' })
    .execute()
  await store.db.transaction().execute(async (tx) => {
    await declareAttribute(tx, workspaceId, { name: 'plan', type: 'string', required: true })
    for (const email of emails) {
      const device = { app_id: appId, platform: 'fcm' as const, token: email, reconciliation_value: email }
      await registerSubscription(tx, deps, caller, device)
    }
  })
})
afterAll(() => store[Symbol.asyncDispose]())

const pick = (n: number) => Math.floor(Math.random() * n)
const oneOf = <T>(...list: T[]): T => list[pick(list.length)] as T

function randomUser(): unknown {
  const email = oneOf(...emails)
  const user = {
    attributes: {
      email: oneOf<unknown>(email, email, email.toUpperCase(), undefined, null, 7),
      plan: oneOf('gold', 'gold', 'gold', 'silver', undefined, null),
      a: oneOf(undefined, null, pick(3)),
    },
    identifiers: oneOf(undefined, {}, { desk: `${pick(5)}` }, { desk: `${pick(5)}`, till: `${pick(5)}` }),
    timezone: oneOf(undefined, null, 'Asia/Kolkata', 'Europe/Berlin'),
    locale: oneOf(undefined, null, 'de'),
    consents: oneOf(undefined, { news: 'granted' }, { sms: 'denied' }),
    colour: pick(15) ? undefined : 'red',
  }
  return JSON.parse(JSON.stringify(user))
}

/** What can be compared: an id that was not there before becomes the place of the answer that first named it. */
async function outcomeOf(tx: Tx, answers: readonly SavedUser[], before: readonly string[]) {
  const ids = new Map(before.map((id) => [id, id]))
  for (const [index, answer] of answers.entries())
    if ('id' in answer && !ids.has(answer.id)) ids.set(answer.id, `new ${index}`)
  const { rows } = await sql`
    select to_jsonb(u) as u, array(select to_jsonb(i) from user_identifiers i where i.user_id = u.id order by i.name) as i,
      array(select s.token from subscriptions s where s.user_id = u.id order by 1) as devices
    from users u`.execute(tx)
  const told = answers.map((answer) =>
    'id' in answer ? answer : { code: answer.problem.code, ...answer.problem.details },
  )
  let text = JSON.stringify({ told, rows: rows.map((row) => JSON.stringify(row)) })
  for (const [id, name] of ids) text = text.replaceAll(id, name)
  const outcome = JSON.parse(text) as { told: unknown[]; rows: string[] }
  return { ...outcome, rows: outcome.rows.map((row) => JSON.parse(row)).sort(byId) }
}

function byId(a: { u: { id: string } }, b: { u: { id: string } }): number {
  return a.u.id.localeCompare(b.u.id)
}

test('a batch gives the answers and the rows that its items give one by one', async () => {
  for (let round = 0; round < 40; round += 1) {
    const items = Array.from({ length: oneOf(1, 6, 20) }, randomUser)
    const now = new Date()
    const save = (tx: Tx, some: unknown[]) => saveUsers(tx, workspaceId, { items: some, mode: 'upsert', now })
    await store.db.transaction().execute(async (tx) => {
      const before = (await tx.selectFrom('users').select('id').execute()).map(({ id }) => id)
      await sql`savepoint start`.execute(tx)
      const answers: SavedUser[] = []
      for (const item of items) answers.push(...(await save(tx, [item])))
      const single = await outcomeOf(tx, answers, before)
      await sql`rollback to savepoint start`.execute(tx)
      const batch = await outcomeOf(tx, await save(tx, items), before)
      expect(batch, JSON.stringify(items)).toEqual(single)
    })
  }
  const { rows } = await sql<{ n: number }>`select count(*) as n from user_identifiers`.execute(store.db)
  expect(rows[0]?.n).toBeGreaterThan(5)
})
