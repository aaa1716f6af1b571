import type { Counts, Message, PushPlatform } from '@carillon/contract'
import type { Device } from '@carillon/sandbox'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { freezeNext } from '../../packages/server/src/50-schedule/messages/freeze-audience.ts'
import { openStage, recipientsOf, type Seeded, type Stage, until } from './stage.ts'

const platforms: PushPlatform[] = ['apns', 'fcm', 'webpush', 'wns']
const content = { title: 'Hello' }
let stage: Stage

/** Without a scheduler: audiences are frozen here, step by step. */
beforeAll(async () => {
  stage = await openStage({ environment: { ROLES: 'api,worker' } })
})
afterAll(() => stage?.close())
beforeEach(() => {
  stage.sandbox.control.clearStats()
  stage.sandbox.control.record(true)
})

const messageOf = (id: string): Promise<Message> => stage.api('GET', `/v1/messages/${id}`)
const freezeStep = () => freezeNext(stage.server.store.bulk, { now: new Date(), stepKeys: 500 })

async function freeze(id: string, afterStep: () => Promise<void> = async () => {}): Promise<void> {
  while ((await messageOf(id)).freezing) if ((await freezeStep()) === 'stepped') await afterStep()
}

test('two dispatchers on one database send a message to each of 5,000 recipients exactly once', async () => {
  const { start, seed } = await stage.openApp('Two dispatchers')
  // More in one lane than one dispatcher takes at a time.
  await seed({ platform: 'apns', count: 5_000 })
  const stopSecond = await stage.startSecondDispatcher()
  const ids = [await start({ to: { all: true }, content }), await start({ to: { all: true }, content })]
  for (const id of ids) await freeze(id)
  for (const id of ids) {
    const { counts } = await stage.ended(id)
    expect(counts).toMatchObject({ targeted: 5_000, sent: 5_000, failed: 0, excluded: 0 })
  }
  await stopSecond()
  expect(arrivals()).toEqual({ deliveries: 10_000, most: 1 })
  const { rows } = await sql`select distinct owner from batches`.execute(stage.server.store.db)
  expect(rows).toHaveLength(2)
})

test('an audience that four schedulers freeze at the same time is frozen and sent to once', async () => {
  const { start } = await openCrowd('Four schedulers', 1_000)
  const id = await start({ to: { all: true }, content })
  await Promise.all([freeze(id), freeze(id), freeze(id), freeze(id)])
  expect((await stage.ended(id)).counts).toMatchObject({ targeted: 5_000, sent: 5_000 })
  expect(arrivals()).toEqual({ deliveries: 5_000, most: 1 })
})

test('a worker that lost its lease writes nothing: the window is sent again with the same ids and recorded once', async () => {
  const { subscribe, start } = await stage.openApp('Lost lease')
  const phones = await subscribe({ platform: 'apns', scenario: 'slow', slow_ms: 1_500, count: 3 })
  const id = await start({ to: { subscription_ids: phones.map((phone) => phone.id) }, content })
  await until(() => stage.sandbox.control.stats().apns.accepted === 3)
  await sql`update batches set lease_until = now() - interval '1 second' where closed_at is null`.execute(
    stage.server.store.db,
  )
  await stage.wake()
  const message = await stage.ended(id)
  expect(message.counts).toMatchObject({ targeted: 3, sent: 3, failed: 0 })
  const recorded = await recipientsOf(stage.api, id)
  expect(stage.sandbox.control.deliveries('apns')).toEqual(
    Object.fromEntries(recorded.map(({ delivery_id }) => [delivery_id, 2])),
  )
})

test('whoever was there and matched all the time is targeted exactly once, however the audience changes while it is frozen', async () => {
  const opened = await stage.openApp('Changing audience')
  const people = await opened.seed({ platform: 'apns', count: 12_000 }, { tier: 'gold' })
  people.sort((a, b) => (a.userId as string).localeCompare(b.userId as string))
  const segment = await stage.api('POST', '/v1/segments', {
    name: 'Gold while it changes',
    conditions: [{ number: 1, attribute: 'tier', operator: 'equals', value: 'gold' }],
  })
  const id = await opened.start({ to: { segment_ids: [segment.id] }, content })
  // Everywhere in the order of keys: before, at and after the place where freezing has got to.
  const disturbed = new Set<string>()
  let step = 0
  await freeze(id, () => disturb(opened, step++, people, disturbed))
  const message = await stage.ended(id)
  const everybody = await targetsOf(id)
  const targeted = everybody.filter((row) => row.subscription_id !== null)
  const times = Map.groupBy(targeted, (row) => row.subscription_id)
  const pairs = new Set(targeted.map((row) => `${row.subscription_id} ${row.user_id}`))
  const steadfast = people.filter((person) => !disturbed.has(person.id))
  expect(steadfast.length).toBeGreaterThan(8_000)
  expect(steadfast.filter((person) => times.get(person.id)?.length !== 1)).toEqual([])
  // A phone that changes hands may be met with both, but never twice with one.
  expect(pairs.size).toBe(targeted.length)
  expect(message.counts.targeted).toBe(everybody.length)
  expect(arrivals().most).toBe(1)
  expect(arrivals().deliveries).toBe(message.counts.sent)
})

test('the counts add up at every reading of a send with mixed fates, and agree with the recipients at the end', async () => {
  const { app, start, seed } = await stage.openApp('Mixed fates')
  const fates = {
    ok: 400,
    unregistered: 10,
    message_bad: 60,
    throttled: 30,
    unavailable: 30,
    reset: 10,
  } as const
  for (const platform of platforms)
    for (const [scenario, count] of Object.entries(fates))
      await seed({ platform, scenario: scenario as keyof typeof fates, count })
  const db = stage.server.store.db
  await sql`update subscriptions set permission = 'denied' where id in
    (select id from subscriptions where app_id = ${app.id} order by id limit 100)`.execute(db)
  await sql`update subscriptions set status = 'unsubscribed' where id in
    (select id from subscriptions where app_id = ${app.id} order by id desc limit 50)`.execute(db)

  const id = await start({ to: { all: true }, content })
  await freeze(id)
  const readings: Counts[] = []
  const watched = watch(id)
  let message = await messageOf(id)
  for (; message.status !== 'finished'; message = await messageOf(id)) readings.push(message.counts)

  expect(readings.length).toBeGreaterThan(5)
  for (const counts of [...readings, ...(await watched)]) {
    const { targeted, excluded, pending, sent, failed } = counts
    expect([targeted, excluded + pending + sent + failed]).toEqual([2_160, 2_160])
  }
  const recipients = await recipientsOf(stage.api, id)
  const sumOf = (status: string) => recipients.filter((row) => row.status === status)
  expect(message.counts).toMatchObject({
    targeted: recipients.length,
    pending: 0,
    sent: sumOf('sent').length,
    failed: sumOf('failed').length,
    excluded: sumOf('excluded').length,
  })
  expect(message.failed).toEqual(byReason(sumOf('failed')))
  expect(message.excluded).toEqual(byReason(sumOf('excluded')))
  expect(message.excluded).toEqual({ permission_denied: 100, unsubscribed: 50 })
})

/** An app with that many devices in each of the five lanes that a message can have. */
async function openCrowd(name: string, perLane: number) {
  const opened = await stage.openApp(name)
  for (const platform of platforms) await opened.seed({ platform, count: perLane })
  await opened.seed({ platform: 'apns', environment: 'sandbox', count: perLane })
  return opened
}

/** How many deliveries were accepted by whichever provider, and how often the most repeated one. */
function arrivals(): { deliveries: number; most: number } {
  const times = [...platforms, 'apnsSandbox' as const].flatMap((provider) =>
    Object.values(stage.sandbox.control.deliveries(provider)),
  )
  return { deliveries: times.length, most: Math.max(...times) }
}

type Opened = Awaited<ReturnType<Stage['openApp']>>

/**
 * People come, go, lose their device, change attributes and change hands, twenty of each all over the order of
 * keys; they are noted. Another registers again with a new token, which changes nothing about who it is.
 */
async function disturb(
  { app, seed, register }: Opened,
  step: number,
  people: readonly Seeded[],
  disturbed: Set<string>,
): Promise<void> {
  const db = stage.server.store.db
  const some = (kind: number) => people.filter((_, place) => place % 600 === step * 5 + kind)
  const [leavers, without, basic, movers] = [some(0), some(1), some(2), some(3)]
  for (const person of [...leavers, ...without, ...basic, ...movers]) disturbed.add(person.id)
  await seed({ platform: 'apns', count: 20 }, { tier: 'gold' })
  await sql`delete from users where id = any(${leavers.map((p) => p.userId)}::uuid[])`.execute(db)
  await sql`delete from subscriptions where id = any(${without.map((p) => p.id)}::uuid[])`.execute(db)
  await sql`
    update users set attributes = '{"tier":"basic"}' where id = any(${basic.map((p) => p.userId)}::uuid[])`.execute(
    db,
  )
  await sql`
    update subscriptions s set user_id = m.user_id
    from unnest(${movers.map((p) => p.id)}::uuid[], ${movers.map((p) => p.userId).reverse()}::uuid[]) as m (id, user_id)
    where s.id = m.id`.execute(db)
  const names = { platform: 'apns', app: app.names.apns } as const
  const [again] = some(4)
  const [device] = stage.sandbox.control.createDevices(names)
  expect((await register(device as Device, { device_id: again?.id })).id).toBe(again?.id)
}

async function targetsOf(id: string): Promise<{ subscription_id: string | null; user_id: string }[]> {
  const { rows } = await sql<{ subscription_id: string | null; user_id: string }>`
    select d.subscription_id, d.user_id from deliveries d join messages m on m.seq = d.message_seq where m.id = ${id}`.execute(
    stage.server.store.db,
  )
  return rows
}

/** The counts of every progress event, until the stream ends by itself. */
async function watch(id: string): Promise<Counts[]> {
  const answer = await fetch(`${stage.server.address}/v1/messages/${id}/events`, {
    headers: { authorization: `Bearer ${stage.server.key}` },
  })
  return (await answer.text())
    .split('\n\n')
    .filter((part) => part.startsWith('data: '))
    .map((part) => JSON.parse(part.slice(6)).counts)
}

function byReason(rows: readonly Record<string, unknown>[]): Record<string, number> {
  const groups = Map.groupBy(rows, (row) => String(row.reason))
  return Object.fromEntries([...groups].map(([reason, group]) => [reason, group.length]))
}
