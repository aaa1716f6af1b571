import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog, openStore, type Store } from '../../00-kernel/index.ts'
import { openTestStore, seedWorkspace } from '../../testing/test-store.ts'
import { jobKinds, runJobs } from '../jobs.ts'
import { changeReconciliationKey } from '../settings/reconciliation-key.ts'
import { getSettings } from '../settings/settings.ts'
import { relinkByValue } from '../subscriptions/store.ts'
import { declareAttribute } from '../users/attribute-schema.ts'
import { createUser, saveUsers } from '../users/save-users.ts'
import type { JobKind } from './job-kind.ts'
import { runNextJob } from './run-jobs.ts'
import { findJob } from './store.ts'

let store: Store
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store[Symbol.asyncDispose]())

const forever = new AbortController().signal

/**
 * `n` users with an email and a member number each, and per user a device that says the number; every 10th
 * user's number is shared with the next one's, and every 7th device says a number that nobody has.
 */
async function seedAudience(on: Store, n: number): Promise<string> {
  const workspaceId = await seedWorkspace(on)
  await on.db
    .transaction()
    .execute((tx) => declareAttribute(tx, workspaceId, { name: 'member', type: 'number', required: true }))
  await sql`insert into users (id, workspace_id, attributes, reconciliation_value)
    select gen_random_uuid(), ${workspaceId}::uuid,
      jsonb_build_object('email', 'u' || i || '@x.de', 'member', case when i % 10 = 0 then i + 1 else i end),
      'u' || i || '@x.de'
    from generate_series(1, ${n}::int) i`.execute(on.db)
  await sql`with app as (
      insert into apps (id, workspace_id, name, publishable_key)
      values (gen_random_uuid(), ${workspaceId}::uuid, 'App', ${workspaceId}) returning id)
    insert into subscriptions (id, workspace_id, app_id, platform, token, token_hash, reconciliation_value)
    select gen_random_uuid(), ${workspaceId}::uuid, app.id, 'fcm', 't' || i, sha256(('t' || i)::bytea),
      case when i % 7 = 0 then 'none' || i else i::text end
    from app, generate_series(1, ${n}::int) i`.execute(on.db)
  return workspaceId
}

/** Counted by hand, over the numbers that `seedAudience` made. */
function expectedCounts(n: number) {
  const holders = new Map<number, number>()
  for (let i = 1; i <= n; i += 1) {
    const member = i % 10 === 0 ? i + 1 : i
    holders.set(member, (holders.get(member) ?? 0) + 1)
  }
  const counts = { matched: 0, unmatched: 0, ambiguous: 0, changed: 0 }
  for (let i = 1; i <= n; i += 1) {
    const held = i % 7 === 0 ? 0 : (holders.get(i) ?? 0)
    if (held === 0) counts.unmatched += 1
    else if (held === 1) counts.matched += 1
    else counts.ambiguous += 1
  }
  // Nobody was linked before.
  counts.changed = counts.matched
  return counts
}

const change = (on: Store, workspaceId: string, dryRun = false) =>
  on.db
    .transaction()
    .execute((tx) =>
      changeReconciliationKey(tx, workspaceId, { attribute: 'member', dryRun, pointer: '/attribute' }),
    )
const run = (on: Store, kinds: Record<string, JobKind> = jobKinds, now = () => new Date()) =>
  runNextJob({ store: on, now, log: createLog('silent'), kinds }, forever)

async function linksOf(on: Store, workspaceId: string) {
  const { rows } = await sql<{ n: number; right: number }>`
    select count(*) as n, count(*) filter (where u.attributes ->> 'member' = s.reconciliation_value) as right
    from subscriptions s join users u on u.id = s.user_id where s.workspace_id = ${workspaceId}`.execute(
    on.db,
  )
  return rows[0]
}

test('a dry run counts what would come of it and changes nothing', async () => {
  const workspaceId = await seedAudience(store, 100)
  const { id } = await change(store, workspaceId, true)
  await run(store)
  expect(await findJob(store.db, workspaceId, id)).toMatchObject({
    status: 'finished',
    result: expectedCounts(100),
  })
  expect(await linksOf(store, workspaceId)).toEqual({ n: 0, right: 0 })
  expect((await getSettings(store.db, workspaceId)).reconciliationKey).toBe('email')
})

test('the change links everybody by the new key and reports the numbers of the dry run', async () => {
  const workspaceId = await seedAudience(store, 100)
  const { id } = await change(store, workspaceId)
  await run(store)
  const expected = expectedCounts(100)
  expect(await findJob(store.db, workspaceId, id)).toMatchObject({
    status: 'finished',
    result: expected,
    done: 200,
    total: 200,
  })
  expect(await linksOf(store, workspaceId)).toEqual({ n: expected.matched, right: expected.matched })
  expect(await getSettings(store.db, workspaceId)).toMatchObject({
    reconciliationKey: 'member',
    reconcilingJobId: null,
  })
})

test('a device whose old value matched is unlinked when the new key does not know it', async () => {
  const workspaceId = await seedAudience(store, 3)
  await store.db.transaction().execute(async (tx) => {
    await tx
      .updateTable('subscriptions')
      .set({ reconciliation_value: 'u1@x.de' })
      .where('workspace_id', '=', workspaceId)
      .execute()
    await relinkByValue(tx, workspaceId, await getSettings(tx, workspaceId), ['u1@x.de'])
  })
  expect(await linksOf(store, workspaceId)).toMatchObject({ n: 3 })
  const { id } = await change(store, workspaceId)
  await run(store)
  expect(await findJob(store.db, workspaceId, id)).toMatchObject({
    result: { matched: 0, unmatched: 3, ambiguous: 0, changed: 3 },
  })
  expect(await linksOf(store, workspaceId)).toMatchObject({ n: 0 })
})

test('while the key is being replaced, people are found, refused and merged by the new one already', async () => {
  const workspaceId = await seedAudience(store, 5)
  await change(store, workspaceId)
  const save = (items: object[], mode: 'insert' | 'upsert') =>
    store.db.transaction().execute((tx) => saveUsers(tx, workspaceId, { items, mode, now: new Date() }))
  const [merged] = await save([{ attributes: { member: 3, nick: 'three' } }], 'upsert')
  expect(merged).toMatchObject({ isNew: false })
  const [refused] = await save([{ attributes: { member: 2 } }], 'insert')
  expect(refused).toHaveProperty('problem.code', 'already_exists')
  const devicesOf = async (value: string) =>
    (
      await store.db
        .selectFrom('subscriptions')
        .select('user_id')
        .where('workspace_id', '=', workspaceId)
        .where('reconciliation_value', '=', value)
        .execute()
    ).map((row) => row.user_id)
  expect(await devicesOf('4')).toEqual([null])
  const created = await store.db
    .transaction()
    .execute((tx) => createUser(tx, workspaceId, { attributes: { member: 70 } }, new Date()))
  await store.db
    .updateTable('subscriptions')
    .set({ reconciliation_value: '70' })
    .where('workspace_id', '=', workspaceId)
    .where('reconciliation_value', '=', '5')
    .execute()
  await run(store)
  expect(await devicesOf('70')).toEqual([created])
})

test('a second change takes over from the first', async () => {
  const workspaceId = await seedAudience(store, 5)
  const first = await change(store, workspaceId)
  const second = await store.db
    .transaction()
    .execute((tx) =>
      changeReconciliationKey(tx, workspaceId, { attribute: 'email', dryRun: false, pointer: '/attribute' }),
    )
  while (await run(store));
  expect(await findJob(store.db, workspaceId, first.id)).toMatchObject({
    status: 'finished',
    result: { superseded: true, changed: 0 },
  })
  expect(await findJob(store.db, workspaceId, second.id)).toMatchObject({ result: { unmatched: 5 } })
  expect((await getSettings(store.db, workspaceId)).reconciliationKey).toBe('email')
})

test('goes on behind the last chunk when a step fails, and counts every device once', async () => {
  const n = 5_000
  const workspaceId = await seedAudience(store, n)
  const { id } = await change(store, workspaceId)
  let steps = 0
  const failing: JobKind = {
    open: async (db, job) => {
      const step = await jobKinds.reconcile.open(db, job)
      return async (...args) => {
        const progress = await step(...args)
        steps += 1
        if (steps === 2 || steps === 5) throw new Error('the line to the database broke')
        return progress
      }
    },
  }
  let time = Date.now()
  while (await run(store, { reconcile: failing }, () => new Date(time))) time += 60_000
  expect(steps).toBe(8)
  expect(await findJob(store.db, workspaceId, id)).toMatchObject({
    status: 'finished',
    done: 2 * n,
    total: 2 * n,
    result: expectedCounts(n),
  })
})

test('survives kill -9', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'carillon-'))
  const n = 5_000
  const before = await openStore({ dataDir, databaseUrl: null })
  const workspaceId = await seedAudience(before, n)
  const { id } = await change(before, workspaceId)
  await before[Symbol.asyncDispose]()

  const script = join(dataDir, 'victim.mjs')
  await writeFile(script, victim(dataDir))
  const child = spawn(process.execPath, [script], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const [line] = await Promise.race([once(child.stdout, 'data'), exited])
  expect(String(line)).toBe('two steps were committed')
  child.kill('SIGKILL')
  await exited

  const after = await openStore({ dataDir, databaseUrl: null })
  const job = await findJob(after.db, workspaceId, id)
  expect(job).toMatchObject({ status: 'running', done: 4_000 })
  // Nobody else can hold a lease of the embedded database, so the job goes on at once.
  const stop = new AbortController()
  const loop = runJobs(after, { now: () => new Date(), log: createLog('silent'), signal: stop.signal })
  await expect
    .poll(async () => (await findJob(after.db, workspaceId, id))?.status, { timeout: 20_000 })
    .toBe('finished')
  stop.abort()
  await loop
  expect(await findJob(after.db, workspaceId, id)).toMatchObject({
    status: 'finished',
    done: 2 * n,
    result: expectedCounts(n),
  })
  expect((await linksOf(after, workspaceId))?.right).toBe(expectedCounts(n).matched)
  await after[Symbol.asyncDispose]()
  await rm(dataDir, { recursive: true })
})

/** A process that runs the job, and says so when it stands in the middle of the third step. */
function victim(dataDir: string): string {
  const url = (path: string) => JSON.stringify(new URL(path, import.meta.url).href)
  return `
    import { createLog, openStore } from ${url('../../00-kernel/index.ts')}
    import { jobKinds } from ${url('../jobs.ts')}
    import { runNextJob } from ${url('./run-jobs.ts')}
    const store = await openStore({ dataDir: ${JSON.stringify(dataDir)}, databaseUrl: null })
    let steps = 0
    const reconcile = { open: async (db, job) => {
      const step = await jobKinds.reconcile.open(db, job)
      return async (...args) => {
        const progress = await step(...args)
        steps += 1
        if (steps < 3) return progress
        // Written and not yet committed: the worst moment to die.
        process.stdout.write('two steps were committed')
        await new Promise((resolve) => setTimeout(resolve, 60_000))
      }
    } }
    const runner = { store, now: () => new Date(), log: createLog('silent'), kinds: { reconcile } }
    await runNextJob(runner, new AbortController().signal)`
}
