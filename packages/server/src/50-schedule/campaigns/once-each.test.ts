import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { newId } from '../../00-kernel/index.ts'
import { startTestServer } from '../../testing/test-server.ts'
import { freezeNext } from '../messages/freeze-audience.ts'
import { statusOf, statusPredicate, type WholeCampaign } from './campaign-row.ts'
import { evaluateNext, makeRuns } from './evaluate.ts'
import * as campaigns from './store.ts'
import { takeChanges } from './take-changes.ts'

const people = 60
let server: Awaited<ReturnType<typeof startTestServer>>
let campaign: WholeCampaign
beforeAll(async () => {
  // Nobody is at work but the test.
  server = await startTestServer({ ROLES: 'api' })
})
afterAll(() => server?.close())
beforeEach(async () => {
  campaign = await startCampaign()
})

const db = () => server.store.db
const post = async (path: string, body?: unknown) => {
  const answer = await server.request('POST', path, body)
  expect([answer.status < 300, answer.body.errors]).toEqual([true, undefined])
  return answer.body
}

/** A campaign that is due, for a crowd of its own with a device each. */
async function startCampaign(): Promise<WholeCampaign> {
  const mark = newId()
  const app = await post('/v1/apps', { name: mark })
  await post(`/v1/apps/${app.id}/publish`)
  await server.request('PUT', `/v1/apps/${app.id}/credentials/webpush`, { subject: 'mailto:a@example.com' })
  const crowd = Array.from({ length: people }, () => newId())
  await sql`
    with person as (
      insert into users (id, workspace_id, attributes)
      select id, ${server.workspaceId}::uuid, ${JSON.stringify({ mark })}::jsonb from unnest(${crowd}::uuid[]) as id
    )
    insert into subscriptions (id, workspace_id, app_id, platform, token, token_hash, user_id)
    select id, ${server.workspaceId}::uuid, ${app.id}::uuid, 'fcm', id::text, sha256(id::text::bytea), id
    from unnest(${crowd}::uuid[]) as id`.execute(db())
  const conditions = [{ number: 1, attribute: 'mark', operator: 'equals', value: mark }]
  const segment = await post('/v1/segments', { name: mark, conditions })
  const { id } = await post('/v1/campaigns', {
    name: mark,
    segment_ids: [segment.id],
    zone: 'UTC',
    start_local: '2026-01-01T00:00',
    end_local: '2100-01-01T00:00',
    messages: [{ name: 'Once', app_id: app.id, content: { title: 'Once' } }],
  })
  await post(`/v1/campaigns/${id}/start`)
  return (await campaigns.findCampaign(db(), server.workspaceId, id)) as WholeCampaign
}

/** How often each person stands in a batch of the campaign, and what its messages say of it. */
async function met() {
  const { rows } = await sql<{ n: number }>`
    select count(*) as n from messages m join batches b on b.message_seq = m.seq, unnest(b.user_ids) as user_id
    where m.campaign_id = ${campaign.id}::uuid group by user_id`.execute(db())
  const { rows: sums } = await sql<{ targeted: number }>`
    select sum(targeted) as targeted from messages where campaign_id = ${campaign.id}::uuid`.execute(db())
  return {
    people: rows.length,
    most: Math.max(0, ...rows.map(({ n }) => n)),
    targeted: sums[0]?.targeted ?? 0,
  }
}
const everybodyOnce = { people, most: 1, targeted: people }

const freeze = (stepKeys = 17) => freezeNext(db(), { now: new Date(), stepKeys })
async function freezeAll(): Promise<void> {
  while ((await freeze()) !== 'idle');
}

async function evaluateAgain(): Promise<void> {
  await campaigns.evaluateAllNow(db() as never, server.workspaceId, new Date())
  while (await evaluateNext(db(), new Date()));
}

test('a run meets everybody once, and an evaluation after it meets nobody', async () => {
  await evaluateAgain()
  await freezeAll()
  await evaluateAgain()
  await freezeAll()
  expect(await met()).toEqual(everybodyOnce)
})

test('a step that breaks in the middle leaves nobody met: its repetition reaches them, once', async () => {
  await evaluateAgain()
  // The people of earlier tests come first in the walk.
  while ((await met()).people === 0) await freeze()
  const before = await met()
  expect(before.people).toBeLessThan(people)
  await sql`alter table batches add constraint broken check (false) not valid`.execute(db())
  await expect(freeze()).rejects.toThrow()
  await sql`alter table batches drop constraint broken`.execute(db())
  expect(await met()).toEqual(before)
  await freezeAll()
  expect(await met()).toEqual(everybodyOnce)
})

test('an evaluation that breaks in the middle is repeated whole', async () => {
  await sql`alter table messages add constraint broken check (false) not valid`.execute(db())
  await campaigns.evaluateAllNow(db() as never, server.workspaceId, new Date())
  await expect(evaluateNext(db(), new Date())).rejects.toThrow()
  await sql`alter table messages drop constraint broken`.execute(db())
  expect(await met()).toMatchObject({ people: 0 })
  await evaluateAgain()
  await freezeAll()
  expect(await met()).toEqual(everybodyOnce)
})

test('two runs that look for the same people at the same time share them out', async () => {
  const { segment_ids, exclude_segment_ids } = campaign
  const now = new Date()
  await evaluateAgain()
  // As if another scheduler had evaluated it too; an evaluation itself waits for a run that is still freezing.
  await sql`update messages set frozen_at = ${now} where campaign_id = ${campaign.id}::uuid`.execute(db())
  await db()
    .transaction()
    .execute((tx) => makeRuns(tx, campaign, { to: { segment_ids, exclude_segment_ids }, now }))
  await sql`update messages set frozen_at = null where campaign_id = ${campaign.id}::uuid`.execute(db())
  await Promise.all([freezeAll(), freezeAll()])
  expect(await met()).toEqual(everybodyOnce)
})

test('while a run is freezing, the next evaluation waits for it', async () => {
  await evaluateAgain()
  await evaluateAgain()
  const { rows } = await sql`select from messages where campaign_id = ${campaign.id}::uuid`.execute(db())
  expect(rows).toHaveLength(1)
})

test('when very many people change together, everybody is looked at once instead of each of them', async () => {
  await evaluateAgain()
  await freezeAll()
  const [someone] = await sql<{ id: string }>`
    delete from campaign_members where campaign_message_id = ${campaign.messages[0]?.id}::uuid
      and user_id = (select user_id from campaign_members
        where campaign_message_id = ${campaign.messages[0]?.id}::uuid limit 1)
    returning user_id as id`
    .execute(db())
    .then(({ rows }) => rows)
  await sql`insert into changed_users (workspace_id, user_id)
    select ${server.workspaceId}::uuid, ${someone?.id}::uuid from generate_series(1, 1200)`.execute(db())
  const runs = async () =>
    (await sql`select from messages where campaign_id = ${campaign.id}::uuid`.execute(db())).rows.length
  const before = await runs()
  expect(await takeChanges(db(), new Date())).toBe(true)
  expect([await takeChanges(db(), new Date()), await runs()]).toEqual([false, before])
  while (await evaluateNext(db(), new Date()));
  await freezeAll()
  expect([await runs(), (await met()).targeted]).toEqual([before + 1, people + 1])
})

test('the status of a campaign is the same to the program and to the database', async () => {
  const now = new Date()
  const moment = (hours: number) => new Date(now.getTime() + hours * 3_600_000)
  for (const launched_at of [null, moment(-3)])
    for (const paused_at of [null, moment(-1)])
      for (const terminated_at of [null, moment(-1)])
        for (const [start_at, end_at] of [
          [moment(-2), moment(-1)],
          [moment(-2), now],
          [now, moment(1)],
          [moment(1), moment(2)],
        ] as const) {
          const state = { launched_at, paused_at, terminated_at, start_at, end_at }
          await db().updateTable('campaigns').set(state).where('id', '=', campaign.id).execute()
          const found = []
          for (const status of [
            'draft',
            'pending',
            'running',
            'paused',
            'completed',
            'terminated',
          ] as const) {
            const query = db().selectFrom('campaigns').select('id').where('id', '=', campaign.id)
            if (await query.where(statusPredicate(status, now)).executeTakeFirst()) found.push(status)
          }
          expect(found).toEqual([statusOf(state, now)])
        }
})
