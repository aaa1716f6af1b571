import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../../00-kernel/index.ts'
import { startTestServer } from '../../testing/test-server.ts'
import { freezeNext } from '../messages/freeze-audience.ts'
import { evaluateNext } from './evaluate.ts'
import { takeChanges } from './take-changes.ts'

const hourMs = 3_600_000
const epoch = new Date('2026-03-01T00:00:00Z')
let nowMs = epoch.getTime()
const now = () => new Date(nowMs)
let server: Awaited<ReturnType<typeof startTestServer>>
let appId: string
beforeAll(async () => {
  // Nobody is at work but the test, which is clock and scheduler.
  server = await startTestServer({ ROLES: 'api' }, { now })
  appId = (await request('POST', '/v1/apps', { name: 'Any life' })).body.id
  await request('POST', `/v1/apps/${appId}/publish`)
  await request('PUT', `/v1/apps/${appId}/credentials/webpush`, { subject: 'mailto:a@example.com' })
})
afterAll(() => server?.close())
const request = (...call: Parameters<typeof server.request>) => server.request(...call)

const person = fc.integer({ min: 0, max: 7 })
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ pass: fc.integer({ min: 1, max: 30 * 24 }) }) },
  { weight: 3, arbitrary: fc.record({ person, isIn: fc.boolean(), isTold: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ change: fc.constantFrom('pause', 'resume', 'terminate', 'restart') }) },
  { weight: 1, arbitrary: fc.record({ freeze: fc.integer({ min: 0, max: 3 }) }) },
  { weight: 2, arbitrary: fc.constant({ send: true }) },
)
const life = fc.record({
  repeat: fc.option(
    fc.record({ every: fc.integer({ min: 1, max: 20 }), unit: fc.constantFrom('hours', 'days', 'weeks') }),
    { nil: undefined },
  ),
  lastsDays: fc.integer({ min: 1, max: 200 }),
  steps: fc.array(step, { minLength: 5, maxLength: 20 }),
})

/** Whatever is due is done, in the order of chance: `freezeSteps` leaves the freezing of the last run unfinished. */
async function work(freezeSteps = Number.POSITIVE_INFINITY): Promise<void> {
  while (await evaluateNext(server.store.db, now()));
  while (await takeChanges(server.store.db, now()));
  for (let i = 0; i < freezeSteps; i += 1)
    if ((await freezeNext(server.store.db, { now: now(), stepKeys: 3 })) === 'idle') return
}

test('whatever happens in up to 400 days, nobody gets it twice in a round, and no run begins outside the campaign', async () => {
  await fc.assert(
    fc.asyncProperty(life, async ({ repeat, lastsDays, steps }) => {
      nowMs = epoch.getTime()
      const mark = newId()
      const people = await createPeople(mark)
      const conditions = [{ number: 1, attribute: 'mark', operator: 'equals', value: mark }]
      const segment = (await request('POST', '/v1/segments', { name: mark, conditions })).body.id
      const dates = () => ({ start_local: local(nowMs), end_local: local(nowMs + lastsDays * 24 * hourMs) })
      const { body: campaign } = await request('POST', '/v1/campaigns', {
        name: mark,
        zone: 'America/New_York',
        segment_ids: [segment],
        messages: [{ name: 'x', app_id: appId, content: { title: 'x' }, ...(repeat ? { repeat } : {}) }],
        ...dates(),
      })
      const change = (to: string) =>
        request('POST', `/v1/campaigns/${campaign.id}/${to}`, to === 'restart' ? dates() : undefined)
      expect((await change('start')).status).toBe(200)
      for (const each of steps) {
        const before = await statusOf(campaign.id)
        const runs = await countRuns(campaign.id)
        if ('pass' in each) nowMs = Math.min(nowMs + each.pass * hourMs, epoch.getTime() + 400 * 24 * hourMs)
        if ('change' in each) await change(each.change)
        if ('person' in each)
          await place(people[each.person] as string, each.isIn ? mark : 'none', each.isTold)
        await work('freeze' in each ? each.freeze : undefined)
        if ('send' in each) await send()
        const isRunning = [before, await statusOf(campaign.id)].includes('running')
        expect(isRunning || (await countRuns(campaign.id)) === runs).toBe(true)
      }
      await work()
      await send()
      await expectOnceEach(campaign.id)
    }),
    { numRuns: 12 },
  )
}, 60_000)

/** The wall clock of New York in winter; the hour of summer time does not matter here. */
function local(ms: number): string {
  return new Date(ms - 5 * hourMs).toISOString().slice(0, 19)
}

async function createPeople(mark: string): Promise<string[]> {
  const ids = Array.from({ length: 8 }, () => newId(nowMs))
  await sql`
    with person as (
      insert into users (id, workspace_id, attributes)
      select id, ${server.workspaceId}::uuid, jsonb_build_object('mark', case when n % 2 = 0 then ${mark}::text else 'none' end)
      from unnest(${ids}::uuid[]) with ordinality as given (id, n)
    )
    insert into subscriptions (id, workspace_id, app_id, platform, token, token_hash, user_id)
    select id, ${server.workspaceId}::uuid, ${appId}::uuid, 'fcm', id::text, sha256(id::text::bytea), id
    from unnest(${ids}::uuid[]) as id`.execute(server.store.db)
  return ids
}

/** By the API, or behind its back as time would. */
async function place(userId: string, mark: string, isTold: boolean): Promise<void> {
  if (isTold) await request('PATCH', `/v1/users/${userId}`, { attributes: { mark } })
  else
    await sql`update users set attributes = attributes || ${JSON.stringify({ mark })}::jsonb
      where id = ${userId}`.execute(server.store.db)
}

async function statusOf(id: string): Promise<string> {
  return (await request('GET', `/v1/campaigns/${id}`)).body.status
}

async function countRuns(id: string): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from messages where campaign_id = ${id}::uuid`.execute(server.store.db)
  return rows[0]?.n ?? 0
}

/** As dispatch would, with a provider that takes everything. */
async function send(): Promise<void> {
  await sql`
    with due as (
      update batches b set closed_at = ${now()} from messages m
      where m.seq = b.message_seq and b.closed_at is null and m.cancelled_at is null and m.paused_at is null
        and m.expires_at > ${now()}
      returning b.message_seq, b.ordinals, b.user_ids
    )
    insert into deliveries (message_seq, ordinal, user_id, outcome, reason, attempts, at)
    select message_seq, ordinal, user_id, 'sent', 'accepted', 1, ${now()}
    from due, unnest(due.ordinals, due.user_ids) as line (ordinal, user_id)`.execute(server.store.db)
}

async function expectOnceEach(id: string): Promise<void> {
  const { rows } = await sql<{ sent: number; people: number }>`
    select count(*) as sent, count(distinct (m.campaign_round_at, d.user_id)) as people
    from messages m join deliveries d on d.message_seq = m.seq where m.campaign_id = ${id}::uuid`.execute(
    server.store.db,
  )
  const { rows: sums } = await sql<{ targeted: number; lines: number }>`
    select coalesce(sum(targeted), 0) as targeted, (select coalesce(sum(b.size), 0) from batches b
      join messages m on m.seq = b.message_seq where m.campaign_id = ${id}::uuid) as lines
    from messages where campaign_id = ${id}::uuid`.execute(server.store.db)
  expect(rows[0]?.sent).toBe(rows[0]?.people)
  expect(sums[0]?.targeted).toBe(sums[0]?.lines)
}
