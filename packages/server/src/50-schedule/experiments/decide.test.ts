import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newId } from '../../00-kernel/index.ts'
import { startTestServer } from '../../testing/test-server.ts'
import { freezeNext } from '../messages/freeze-audience.ts'
import { restArm, waitingArm } from './arms.ts'
import { decideNext } from './decide.ts'
import { nextLook } from './store.ts'

const people = 200
const minuteMs = 60_000
let server: Awaited<ReturnType<typeof startTestServer>>
let app: string
let message: string
beforeAll(async () => {
  // Nobody is at work but the test.
  server = await startTestServer({ ROLES: 'api' })
})
afterAll(() => server?.close())
beforeEach(async () => {
  app = (await post('/v1/apps', { name: newId() })).id
  const crowd = Array.from({ length: people }, () => newId())
  await sql`
    with person as (
      insert into users (id, workspace_id) select id, ${server.workspaceId}::uuid from unnest(${crowd}::uuid[]) as id
    )
    insert into subscriptions (id, workspace_id, app_id, platform, token, token_hash, user_id)
    select id, ${server.workspaceId}::uuid, ${app}::uuid, 'fcm', id::text, sha256(id::text::bytea), id
    from unnest(${crowd}::uuid[]) as id`.execute(db())
  message = await send()
})

const db = () => server.store.db
const post = async (path: string, body?: unknown) => {
  const answer = await server.request('POST', path, body)
  expect([answer.status < 300, answer.body.errors]).toEqual([true, undefined])
  return answer.body
}
const later = (minutes: number) => new Date(Date.now() + minutes * minuteMs)

async function send(): Promise<string> {
  const { id } = await post('/v1/messages', {
    app_id: app,
    to: { all: true },
    experiment: {
      variants: ['A', 'B', 'C'].map((name) => ({ name, content: { title: name } })),
      winner: { metric: 'opened', after_minutes: 5, test_percent: 30, minimum_sent: 1 },
    },
  })
  return id
}

const freeze = () => freezeNext(db(), { now: new Date(), stepKeys: 17 })
async function freezeAll(): Promise<void> {
  while ((await freeze()) !== 'idle');
}

/** As if its first window had been opened now. */
async function begin(): Promise<void> {
  await sql`update messages set started_at = now() where id = ${message}`.execute(db())
}

/** People in open batches, by what they are given. */
async function given(): Promise<Map<number, number>> {
  const { rows } = await sql<{ variant: number; n: number }>`
    select b.variant, sum(b.size)::int as n from batches b join messages m on m.seq = b.message_seq
    where m.id = ${message} group by 1`.execute(db())
  return new Map(rows.map(({ variant, n }) => [variant, n]))
}
const report = async () => (await server.request('GET', `/v1/messages/${message}/experiment`)).body

test('a decision that breaks in the middle is none: its repetition decides and lets everybody go', async () => {
  await freezeAll()
  await begin()
  const before = await given()
  await sql`create function break_off() returns trigger language plpgsql as
    $$ begin raise exception 'broke off'; end $$`.execute(db())
  await sql`create trigger break_off before update of variant on batches
    for each statement execute function break_off()`.execute(db())
  await expect(decideNext(db(), later(6))).rejects.toThrow('broke off')
  expect([await given(), (await report()).decision]).toEqual([before, null])
  await sql`drop trigger break_off on batches`.execute(db())
  await sql`drop function break_off()`.execute(db())

  expect(await decideNext(db(), later(6))).toBe(true)
  const after = await given()
  expect(after.get(waitingArm)).toBeUndefined()
  expect(after.get(restArm(0))).toBe(before.get(waitingArm))
  expect(await report()).toMatchObject({ waiting: 0, decision: { winner: 'A', reason: 'too_little_data' } })
})

test('of several schedulers one decides', async () => {
  await freezeAll()
  await begin()
  const results = await Promise.all(Array.from({ length: 6 }, () => decideNext(db(), later(6))))
  expect(results.filter(Boolean)).toHaveLength(1)
  expect((await given()).get(waitingArm)).toBeUndefined()
})

test('whoever is frozen while it is decided, or after, waits for nothing', async () => {
  expect(await freeze()).toBe('stepped')
  await begin()
  const [, isDecided] = await Promise.all([freeze(), decideNext(db(), later(6)), freeze()])
  // Whoever freezes holds the experiment: then the next look decides.
  if (!isDecided) expect(await decideNext(db(), later(6))).toBe(true)
  await freezeAll()
  const sums = await given()
  expect(sums.get(waitingArm)).toBeUndefined()
  expect([...sums.values()].reduce((sum, n) => sum + n, 0)).toBe(people)
})

test('the time runs from the first send; it is looked for until then', async () => {
  await freezeAll()
  const now = new Date()
  expect([await decideNext(db(), later(60)), await nextLook(db(), now)]).toEqual([
    false,
    new Date(now.getTime() + 10_000),
  ])
  await begin()
  expect(await decideNext(db(), later(4))).toBe(false)
  expect((await nextLook(db(), new Date()))?.getTime()).toBeGreaterThan(later(4).getTime())
  expect(await decideNext(db(), later(6))).toBe(true)
  expect(await nextLook(db(), new Date())).toBeNull()
})

test('where nobody is in the test, it runs from the moment when that was known', async () => {
  await freezeAll()
  await sql`update batches b set closed_at = now() from messages m
    where m.id = ${message} and b.message_seq = m.seq and b.variant >= 0`.execute(db())
  expect(await decideNext(db(), later(4))).toBe(false)
  expect(await decideNext(db(), later(6))).toBe(true)
})
