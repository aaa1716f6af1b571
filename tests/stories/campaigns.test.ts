import { type Campaign, type CampaignCounts, type Message, wallTime } from '@carillon/contract'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClock, openStage, type Stage } from './stage.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const clock = createClock()
let stage: Stage
let names = 0
const soon = { timeout: 10_000 }

beforeAll(async () => {
  stage = await openStage({ now: clock.now })
})
afterAll(() => stage?.close())

async function pass(ms: number): Promise<void> {
  await stage.settle()
  clock.pass(ms)
  await stage.wake()
  await stage.settle()
}

const request = (method: string, path: string, body?: unknown) => stage.server.request(method, path, body)
const campaignOf = (id: string): Promise<Campaign> => stage.api('GET', `/v1/campaigns/${id}`)
const countsOf = (id: string): Promise<CampaignCounts> => stage.api('GET', `/v1/campaigns/${id}/counts`)
const runsOf = async (id: string): Promise<Message[]> =>
  (await stage.api('GET', `/v1/messages?campaign_id=${id}`)).data
const change = (id: string, to: string, body?: unknown) =>
  stage.api('POST', `/v1/campaigns/${id}/${to}`, body) as Promise<Campaign>

const utc = (at: Date) => wallTime(at, 'UTC')
const inHours = (hours: number) => utc(new Date(clock.now().getTime() + hours * hourMs))

/** A person with a phone, whose notifications are read by title. */
async function createPerson(attributes: Record<string, string>, hasPhone = true) {
  names += 1
  const email = `person-${names}@example.com`
  const { id } = await stage.api('POST', '/v1/users', { attributes: { email, ...attributes } })
  const [subscribed] = hasPhone ? await stage.subscribe({ platform: 'apns', name: email }, email) : []
  return {
    id: id as string,
    got: () =>
      stage.sandbox.control
        .phones()
        .find((phone) => phone.id === subscribed?.device.id)
        ?.notifications.map(({ title }) => title)
        .reverse() ?? [],
  }
}

/** A segment of its own for each test. */
async function createSegment(attribute: string, value: string): Promise<string> {
  names += 1
  const conditions = [{ number: 1, attribute, operator: 'equals', value }]
  return (await stage.api('POST', '/v1/segments', { name: `Segment ${names}`, conditions })).id
}

function draft(fields: Record<string, unknown>) {
  names += 1
  return {
    name: `Campaign ${names}`,
    zone: 'UTC',
    start_local: inHours(0),
    end_local: inHours(100),
    messages: [{ name: 'Hello', app_id: stage.app.id, content: { title: 'Hello' } }],
    ...fields,
  }
}

async function create(fields: Record<string, unknown>): Promise<Campaign> {
  return stage.api('POST', '/v1/campaigns', draft(fields))
}

async function launch(fields: Record<string, unknown>): Promise<Campaign> {
  const { id } = await create(fields)
  // Nobody who was just created is still being looked at for the campaigns before it.
  await stage.settle()
  const started = await change(id, 'start')
  await stage.settle()
  return started
}

/** Behind the API's back, as time or behaviour brings people into a segment. */
async function become(userId: string, attributes: Record<string, string>): Promise<void> {
  await sql`update users set attributes = attributes || ${JSON.stringify(attributes)}::jsonb
    where id = ${userId}`.execute(stage.server.store.db)
}

test('people in two segments get it once; somebody without a device is counted and not sent to', async () => {
  const [red, round] = [await createSegment('colour', 'red'), await createSegment('form', 'round')]
  const both = await createPerson({ colour: 'red', form: 'round' })
  const one = await createPerson({ colour: 'red' })
  const none = await createPerson({ colour: 'blue' })
  const deviceless = await createPerson({ colour: 'red' }, false)
  const { id } = await launch({ segment_ids: [red, round] })
  expect([both.got(), one.got(), none.got()]).toEqual([['Hello'], ['Hello'], []])
  expect(await countsOf(id)).toMatchObject({
    users: 3,
    messages: [{ subscribed: 2, met: 2, sent: 2, failed: 0, pending: 0 }],
  })
  const [run, ...others] = await runsOf(id)
  expect([run?.counts.targeted, run?.campaign_id, others]).toEqual([2, id, []])

  // The device comes later, and so does the message.
  const { email } = (await stage.api('GET', `/v1/users/${deviceless.id}`)).attributes
  await stage.subscribe({ platform: 'apns' }, email)
  await stage.settle()
  expect(await countsOf(id)).toMatchObject({ messages: [{ subscribed: 3, met: 3, sent: 3 }] })
})

test('somebody who comes to match by themselves gets it at the next hour, and nobody else again', async () => {
  const segment = await createSegment('city', 'Oslo')
  const early = await createPerson({ city: 'Oslo' })
  const late = await createPerson({ city: 'Rome' })
  const { id } = await launch({ segment_ids: [segment] })
  await become(late.id, { city: 'Oslo' })
  // The hours are counted from the minute in which it started.
  await pass(58 * minuteMs)
  expect([early.got(), late.got()]).toEqual([['Hello'], []])
  await pass(2 * minuteMs)
  expect([early.got(), late.got()]).toEqual([['Hello'], ['Hello']])
  await pass(5 * hourMs)
  expect([early.got(), late.got()]).toEqual([['Hello'], ['Hello']])
  const [second, ...others] = await runsOf(id)
  expect(others).toHaveLength(1)
  const why = await stage.api('GET', `/v1/messages/${second?.id}/why?user_id=${early.id}`)
  expect(why.answer).toContain('Another run of the campaign has met this person')
})

test('somebody who is changed through the API gets it at once, before everybody is looked at again', async () => {
  const segment = await createSegment('team', 'blue')
  const person = await createPerson({ team: 'red' })
  const forgotten = await createPerson({ team: 'red' })
  const { id } = await launch({ segment_ids: [segment] })
  await become(forgotten.id, { team: 'blue' })
  await stage.api('PATCH', `/v1/users/${person.id}`, { attributes: { team: 'blue' } })
  await expect.poll(person.got, soon).toEqual(['Hello'])
  const created = await createPerson({ team: 'blue' })
  await expect.poll(created.got, soon).toEqual(['Hello'])
  expect(forgotten.got()).toEqual([])
  expect((await campaignOf(id)).totals.sent).toBe(2)
})

test('an exclusion holds for whoever is changed, too', async () => {
  const [inside, outside] = [await createSegment('plan', 'pro'), await createSegment('mood', 'annoyed')]
  const person = await createPerson({ plan: 'free', mood: 'annoyed' })
  const { id } = await launch({ segment_ids: [inside], exclude_segment_ids: [outside] })
  await stage.api('PATCH', `/v1/users/${person.id}`, { attributes: { plan: 'pro' } })
  await stage.settle()
  expect([person.got(), await runsOf(id)]).toEqual([[], []])
})

test('it starts and ends by itself, at the wall clock of its zone', async () => {
  const segment = await createSegment('zone', 'here')
  const person = await createPerson({ zone: 'here' })
  // Half an hour off the full hours of everybody else.
  const zone = 'Asia/Kolkata'
  const startAt = new Date(Math.ceil(clock.now().getTime() / minuteMs) * minuteMs + 2 * hourMs)
  const campaign = await launch({
    segment_ids: [segment],
    zone,
    start_local: wallTime(startAt, zone),
    end_local: wallTime(new Date(startAt.getTime() + 3 * hourMs), zone),
  })
  expect(campaign).toMatchObject({ status: 'pending', start_at: startAt.toISOString() })
  clock.pass(startAt.getTime() - minuteMs - clock.now().getTime())
  await pass(0)
  expect([(await campaignOf(campaign.id)).status, person.got()]).toEqual(['pending', []])
  await pass(minuteMs)
  expect([(await campaignOf(campaign.id)).status, person.got()]).toEqual(['running', ['Hello']])

  await pass(3 * hourMs)
  const late = await createPerson({ zone: 'here' })
  await pass(24 * hourMs)
  expect([(await campaignOf(campaign.id)).status, late.got()]).toEqual(['completed', []])
})

test('paused, nobody gets it; resumed, everybody who matches by then, once', async () => {
  const segment = await createSegment('tea', 'green')
  const before = await createPerson({ tea: 'green' })
  const { id } = await launch({ segment_ids: [segment] })
  expect(await change(id, 'pause')).toMatchObject({ status: 'paused', next_evaluation_at: null })
  expect(await change(id, 'pause')).toMatchObject({ status: 'paused' })
  const during = await createPerson({ tea: 'green' })
  await pass(3 * hourMs)
  expect([before.got(), during.got()]).toEqual([['Hello'], []])
  expect(await change(id, 'resume')).toMatchObject({ status: 'running' })
  await stage.settle()
  expect([before.got(), during.got()]).toEqual([['Hello'], ['Hello']])
})

test('a pause holds the runs that are under way, and nobody resumes one of them alone', async () => {
  const other = await stage.openApp('In the middle')
  const people = await other.seed({ platform: 'apns', count: 2_000 }, { sort: 'many' })
  const segment = await createSegment('sort', 'many')
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'slow', delay_ms: 150 })
  const accepted = () => stage.sandbox.control.stats().apns.accepted
  const first = accepted()
  const { id } = await create({
    segment_ids: [segment],
    messages: [{ name: 'Many', app_id: other.app.id, content: { title: 'Many' } }],
  })
  await change(id, 'start')
  await expect.poll(() => accepted() - first, { ...soon, interval: 10 }).toBeGreaterThan(100)
  await change(id, 'pause')
  const atAnswer = accepted()
  const [run] = await runsOf(id)
  expect(run?.status).toBe('paused')
  const alone = await request('POST', `/v1/messages/${run?.id}/resume`)
  expect([alone.status, alone.body.detail]).toEqual([409, 'Its campaign is paused; resume the campaign.'])
  await pass(hourMs)
  expect([accepted(), atAnswer - first < people.length]).toEqual([atAnswer, true])
  stage.sandbox.control.clearFaults()
  await change(id, 'resume')
  await stage.settle()
  expect(accepted() - first).toBe(people.length)
  expect((await countsOf(id)).messages[0]).toMatchObject({ met: people.length, sent: people.length })
})

test('terminated, nothing more is sent; restarted, only those get it who had not', async () => {
  const segment = await createSegment('pet', 'cat')
  const before = await createPerson({ pet: 'cat' })
  const campaign = await launch({ segment_ids: [segment] })
  const { id } = campaign
  expect(await change(id, 'terminate')).toMatchObject({ status: 'terminated' })
  const after = await createPerson({ pet: 'cat' })
  await pass(2 * hourMs)
  expect([before.got(), after.got()]).toEqual([['Hello'], []])
  for (const to of ['start', 'pause', 'resume'])
    expect((await request('POST', `/v1/campaigns/${id}/${to}`)).status).toBe(409)

  const past = { start_local: inHours(-9), end_local: inHours(-3) }
  const refused = await request('POST', `/v1/campaigns/${id}/restart`, past)
  expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/end_local'])
  const dates = () => ({ start_local: inHours(0), end_local: inHours(9) })
  expect(await change(id, 'restart', dates())).toMatchObject({ status: 'running' })
  await stage.settle()
  expect([before.got(), after.got()]).toEqual([['Hello'], ['Hello']])

  await change(id, 'terminate')
  await change(id, 'restart', { ...dates(), again: true })
  await stage.settle()
  expect([before.got(), after.got()]).toEqual([
    ['Hello', 'Hello'],
    ['Hello', 'Hello'],
  ])
})

test('whom a terminated campaign had met without sending is met by its restart', async () => {
  const segment = await createSegment('pet', 'snail')
  const person = await createPerson({ pet: 'snail' })
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'status', status: 503 })
  const { id } = await create({ segment_ids: [segment] })
  await change(id, 'start')
  await expect.poll(async () => (await countsOf(id)).messages[0]?.met, soon).toBe(1)
  await change(id, 'terminate')
  stage.sandbox.control.clearFaults()
  await pass(hourMs)
  expect([person.got(), (await countsOf(id)).messages[0]?.pending]).toEqual([[], 0])
  await change(id, 'restart', { start_local: inHours(0), end_local: inHours(9) })
  await stage.settle()
  expect(person.got()).toEqual(['Hello'])
})

test('a message that repeats comes once in every round, and each message has rounds of its own', async () => {
  const segment = await createSegment('habit', 'daily')
  const person = await createPerson({ habit: 'daily' })
  const message = (name: string, repeat?: object) => ({
    name,
    app_id: stage.app.id,
    content: { title: name },
    ...(repeat ? { repeat } : {}),
  })
  const { id } = await launch({
    segment_ids: [segment],
    messages: [
      message('Welcome'),
      message('Daily', { every: 1, unit: 'days' }),
      message('Often', { every: 10, unit: 'hours' }),
    ],
    end_local: inHours(60),
  })
  await expect.poll(() => person.got().length, soon).toBe(3)
  for (let hours = 0; hours < 25; hours += 5) await pass(5 * hourMs)
  expect(person.got().sort()).toEqual(['Daily', 'Daily', 'Often', 'Often', 'Often', 'Welcome'])
  expect((await countsOf(id)).messages.map(({ met }) => met)).toEqual([1, 1, 1])
  await pass(100 * hourMs)
  expect(person.got()).toHaveLength(6)
  expect((await campaignOf(id)).status).toBe('completed')
})

test('what keeps a campaign from starting is told all at once, and starting it says the same', async () => {
  const unpublished = (await stage.api('POST', '/v1/apps', { name: 'Not yet' })).id
  const { id } = await create({
    start_local: inHours(-10),
    end_local: inHours(-5),
    messages: [
      { name: 'Broken', app_id: stage.app.id, content: { title: '{{ user.first_name' } },
      { name: 'Empty', app_id: unpublished },
    ],
  })
  const { valid, problems } = await stage.api('POST', `/v1/campaigns/${id}/validate`)
  const places = problems.map(({ pointer, code }: { pointer: string; code: string }) => [pointer, code])
  expect([valid, places]).toEqual([
    false,
    [
      ['/segment_ids', 'missing'],
      ['/end_local', 'past'],
      ['/messages/0/content/title', expect.any(String)],
      ['/messages/1/app_id', 'unpublished'],
      ['/messages/1/app_id', 'no_credential'],
      ['/messages/1/content', 'missing'],
    ],
  ])
  const { status, body } = await request('POST', `/v1/campaigns/${id}/start`)
  expect([status, body.errors]).toEqual([422, problems])
})

test('what is missing or contradicts itself is refused where it stands, when it is saved', async () => {
  const { status, body } = await request('POST', '/v1/campaigns', { segment_ids: [] })
  expect(status).toBe(422)
  const missing = body.errors.map(({ pointer }: { pointer: string }) => pointer)
  expect(missing.sort()).toEqual(['/end_local', '/name', '/start_local', '/zone'])

  const nobody = '0197a000-0000-7000-8000-000000000000'
  const wrong = await request(
    'POST',
    '/v1/campaigns',
    draft({
      start_local: '2027-01-02T10:00',
      end_local: '2027-01-02T10:00',
      segment_ids: [nobody],
      messages: [{ name: 'x', app_id: nobody, template_id: nobody }],
    }),
  )
  expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    '/end_local',
    '/segment_ids/0',
    '/messages/0/app_id',
    '/messages/0/template_id',
  ])
  for (const start_local of ['2027-02-30T10:00', '01/02/2027 10:00:00 AM', '2027-01-02T10:00Z'])
    expect((await request('POST', '/v1/campaigns', draft({ start_local }))).body.errors[0].pointer).toBe(
      '/start_local',
    )
  const taken = draft({})
  await stage.api('POST', '/v1/campaigns', taken)
  expect((await request('POST', '/v1/campaigns', taken)).body.code).toBe('already_exists')
})

test('a campaign at work can neither be changed nor deleted, nor can what it needs', async () => {
  const segment = await createSegment('job', 'cook')
  const person = await createPerson({ job: 'cook' })
  const campaign = await launch({ segment_ids: [segment] })
  const { id, messages } = campaign
  const body = { ...draft({ segment_ids: [segment] }), messages: [{ ...draft({}).messages[0] }] }
  const statusOf = async (method: string, path: string, given?: unknown) =>
    (await request(method, path, given)).status
  expect(await statusOf('PUT', `/v1/campaigns/${id}`, body)).toBe(409)
  expect(await statusOf('DELETE', `/v1/campaigns/${id}`)).toBe(409)
  expect(await statusOf('DELETE', `/v1/segments/${segment}`)).toBe(409)

  await change(id, 'pause')
  const renamed = { id: messages[0]?.id, name: 'Again', app_id: stage.app.id, content: { title: 'Changed' } }
  const put = await request('PUT', `/v1/campaigns/${id}`, { ...body, messages: [renamed] })
  expect([put.status, put.body.status]).toEqual([200, 'paused'])
  await change(id, 'resume')
  const next = await createPerson({ job: 'cook' })
  await stage.settle()
  expect([person.got(), next.got()]).toEqual([['Hello'], ['Changed']])
  await change(id, 'pause')
  expect(await statusOf('DELETE', `/v1/campaigns/${id}`)).toBe(204)
  expect(await statusOf('GET', `/v1/campaigns/${id}`)).toBe(404)
  expect((await stage.api('GET', '/v1/messages')).data[0]).toMatchObject({ campaign_id: null })
})

test('the interval is a setting, and a change of it is for campaigns that are created afterwards', async () => {
  const before = await create({})
  expect(before.evaluate_every_seconds).toBe(3_600)
  await stage.api('PUT', '/v1/settings', { campaign_interval_seconds: 600 })
  const segment = await createSegment('speed', 'fast')
  const person = await createPerson({ speed: 'slow' })
  const after = await launch({ segment_ids: [segment] })
  expect([after.evaluate_every_seconds, (await campaignOf(before.id)).evaluate_every_seconds]).toEqual([
    600, 3_600,
  ])
  await become(person.id, { speed: 'fast' })
  await pass(10 * minuteMs)
  expect(person.got()).toEqual(['Hello'])
  await stage.api('PUT', '/v1/settings', { campaign_interval_seconds: 3_600 })
})

test('an app that is unpublished meanwhile loses nobody: they are met once it is published again', async () => {
  const other = await stage.openApp('Away for a while')
  const segment = await createSegment('patience', 'much')
  const { id } = await launch({
    segment_ids: [segment],
    messages: [{ name: 'Late', app_id: other.app.id, content: { title: 'Late' } }],
  })
  await stage.api('POST', `/v1/apps/${other.app.id}/unpublish`)
  await other.seed({ platform: 'apns', count: 1 }, { patience: 'much' })
  await pass(hourMs)
  expect((await campaignOf(id)).problems).toMatchObject([
    { pointer: '/messages/0/app_id', code: 'unpublished' },
  ])
  await stage.api('POST', `/v1/apps/${other.app.id}/publish`)
  await pass(hourMs)
  expect(await campaignOf(id)).toMatchObject({ problems: [], totals: { sent: 1 } })
})

test('lists by status, type, segment and name, and the calendar of a span of time', async () => {
  const segment = await createSegment('list', 'me')
  const [from, to] = ['2031-05-01T00:00:00Z', '2031-06-01T00:00:00Z']
  const dates = { start_local: '2031-04-28T09:00', end_local: '2031-05-02T09:00', zone: 'Europe/Berlin' }
  const mine = await create({ name: 'Spring 100%', type: 'Sale', segment_ids: [segment], ...dates })
  const filters = [`segment_id=${segment}`, 'type=Sale', 'search=spring%20100%25']
  for (const filter of filters) {
    const { data } = await stage.api('GET', `/v1/campaigns?status=draft&${filter}`)
    expect(data.map(({ id }: Campaign) => id)).toEqual([mine.id])
  }
  expect((await stage.api('GET', '/v1/campaigns?status=running&type=Sale')).data).toEqual([])
  const span = await stage.api('GET', `/v1/campaigns/calendar?from=${from}&to=${to}`)
  expect(span).toMatchObject({
    data: [{ id: mine.id, status: 'draft', start_at: '2031-04-28T07:00:00.000Z' }],
    truncated: false,
  })
  const earlier = '2031-04-01T00:00:00Z'
  expect(
    (await stage.api('GET', `/v1/campaigns/calendar?from=${earlier}&to=2031-04-28T07:00:00Z`)).data,
  ).toEqual([])
})
