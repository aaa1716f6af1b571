import { type Message, type PushPlatform, pushPlatforms, wallTime } from '@carillon/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClock, openStage, type Stage, type Subscribed, until } from './stage.ts'

/**
 * What an engagement service must do at the least, line by line: each through the HTTP API and, where something is
 * sent, over the providers' wire.
 */
const hourMs = 3_600_000
const clock = createClock()
let stage: Stage
let names = 0
const next = (what: string) => {
  names += 1
  return `${what}-${names}`
}

/** One pixel. */
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'
let icon: string

beforeAll(async () => {
  stage = await openStage({ now: clock.now })
  const { email, twilio, wallet } = stage.sandbox.control.accounts()
  for (const [platform, account] of Object.entries({ email, sms: twilio, wallet }))
    await stage.api('PUT', `/v1/apps/${stage.app.id}/credentials/${platform}`, account)
  icon = (await stage.api('POST', '/v1/pass-images', { data: png })).id
})
afterAll(() => stage?.close())

const request = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  stage.server.request(method, path, body, headers)

async function pass(ms: number): Promise<void> {
  await stage.settle()
  clock.pass(ms)
  await stage.wake()
  await stage.settle()
}

async function createPerson(attributes: Record<string, string> = {}) {
  const email = `${next('person')}@example.com`
  const { id } = await stage.api('POST', '/v1/users', { attributes: { email, ...attributes } })
  return { id: id as string, email }
}

async function phoneOf(person: string | undefined, platform: PushPlatform = 'apns'): Promise<Subscribed> {
  const [subscribed] = await stage.subscribe({ platform, name: next('phone') }, person)
  return subscribed as Subscribed
}

const titlesOn = ({ device }: Subscribed) =>
  stage.sandbox.control
    .phones()
    .find(({ id }) => id === device.id)
    ?.notifications.map(({ title }) => title) ?? []

async function createSegment(value: string): Promise<string> {
  const conditions = [{ number: 1, attribute: 'group', operator: 'equals', value }]
  return (await stage.api('POST', '/v1/segments', { name: next('segment'), conditions })).id
}

const local = (hours: number) => wallTime(new Date(clock.now().getTime() + hours * hourMs), 'UTC')

async function startCampaign(fields: Record<string, unknown>): Promise<string> {
  const { id } = await stage.api('POST', '/v1/campaigns', {
    name: next('campaign'),
    zone: 'UTC',
    start_local: local(0),
    end_local: local(100),
    messages: [{ name: 'Only', app_id: stage.app.id, content: { title: 'Campaign' } }],
    ...fields,
  })
  await stage.api('POST', `/v1/campaigns/${id}/start`)
  await stage.wake()
  await stage.settle()
  return id
}

async function createEvent(fields: Record<string, unknown> = {}): Promise<string> {
  const { id } = await stage.api('POST', '/v1/event-definitions', {
    name: next('event'),
    app_id: stage.app.id,
    content: { title: 'Order {{ variables.order }}' },
    variables: [{ name: 'order', example: '7' }],
    ...fields,
  })
  await stage.api('POST', `/v1/event-definitions/${id}/activate`)
  return id
}

const invoke = (id: string, users: string[], headers: Record<string, string> = {}) =>
  request(
    'POST',
    `/v1/event-definitions/${id}/invoke`,
    { users: users.map((user) => ({ id: user })), variables: { order: '7' } },
    headers,
  )

test('1: devices of iOS, Android, Web and Windows subscribe with what their provider gave them, and unsubscribe', async () => {
  for (const platform of pushPlatforms) {
    const phone = await phoneOf(undefined, platform)
    const sent = await stage.send({ to: { subscription_ids: [phone.id] }, content: { title: platform } })
    expect(sent).toMatchObject({ counts: { sent: 1 }, by_platform: { [platform]: { sent: 1 } } })
    expect(titlesOn(phone)).toEqual([platform])
    await stage.api('PATCH', `/v1/subscriptions/${phone.id}`, { status: 'unsubscribed' })
    const silent = await stage.send({ to: { subscription_ids: [phone.id] }, content: { title: 'no' } })
    expect(silent).toMatchObject({ excluded: { unsubscribed: 1 } })
    expect(titlesOn(phone)).toEqual([platform])
  }
})

test('2: a message has an id before any provider is called, and the id tells how it goes on', async () => {
  const phone = await phoneOf(undefined)
  const later = new Date(clock.now().getTime() + hourMs).toISOString()
  const id = await stage.start({
    to: { subscription_ids: [phone.id] },
    content: { title: 'Later' },
    start_at: later,
  })
  expect(await stage.api('GET', `/v1/messages/${id}`)).toMatchObject({
    status: 'scheduled',
    counts: { sent: 0 },
  })
  expect(titlesOn(phone)).toEqual([])
  await pass(hourMs)
  expect(await stage.ended(id)).toMatchObject({ status: 'finished', counts: { targeted: 1, sent: 1 } })
  expect(titlesOn(phone)).toEqual(['Later'])
})

test('3: subscribers, segments and an outside caller are three ways in, and all end as one kind of message', async () => {
  const group = next('group')
  const person = await createPerson({ group })
  const phone = await phoneOf(person.email)
  const segment = await createSegment(group)
  await stage.send({ to: { subscription_ids: [phone.id] }, content: { title: 'To the device' } })
  await stage.send({ to: { segment_ids: [segment] }, content: { title: 'To the segment' } })
  await startCampaign({ segment_ids: [segment] })
  const { body } = await invoke(await createEvent(), [person.id])
  await stage.ended(body.message_id)
  expect(titlesOn(phone).sort()).toEqual(['Campaign', 'Order 7', 'To the device', 'To the segment'])
  const refused = await request('POST', '/v1/campaigns', { name: next('campaign'), user_ids: [person.id] })
  expect(refused.status).toBe(422)
})

test('4: a message is not sent before its start, and never after its expiry', async () => {
  const phone = await phoneOf(undefined)
  const at = (hours: number) => new Date(clock.now().getTime() + hours * hourMs).toISOString()
  const times = { start_at: at(2), expires_at: at(4) }
  const id = await stage.start({
    to: { subscription_ids: [phone.id] },
    content: { title: 'In time' },
    ...times,
  })
  await pass(hourMs)
  expect(titlesOn(phone)).toEqual([])
  await pass(hourMs)
  await stage.ended(id)
  const held = await stage.start({
    to: { subscription_ids: [phone.id] },
    content: { title: 'Too late' },
    start_at: at(1),
    expires_at: at(2),
  })
  await stage.api('POST', `/v1/messages/${held}/pause`)
  await pass(3 * hourMs)
  expect(await stage.ended(held)).toMatchObject({ status: 'expired', counts: { sent: 0 } })
  expect(titlesOn(phone)).toEqual(['In time'])
  const late = await request('POST', '/v1/messages', {
    app_id: stage.app.id,
    to: { subscription_ids: [phone.id] },
    content: { title: 'T' },
    expires_at: at(-1),
  })
  expect(late).toMatchObject({ status: 422, body: { errors: [{ pointer: '/expires_at' }] } })
})

test('5: a campaign has dates in a named zone, a template or words of its own, and speaks to each person', async () => {
  const group = next('group')
  const person = await createPerson({ group, first_name: 'Ada' })
  const phone = await phoneOf(person.email)
  const template = await stage.api('POST', '/v1/templates', {
    name: next('template'),
    content: { title: 'Old words for {{ user.first_name }}' },
  })
  const inZone = (hours: number) => wallTime(new Date(clock.now().getTime() + hours * hourMs), 'Asia/Kolkata')
  await startCampaign({
    segment_ids: [await createSegment(group)],
    zone: 'Asia/Kolkata',
    start_local: inZone(1),
    end_local: inZone(2),
    messages: [
      { name: 'Old', app_id: stage.app.id, template_id: template.id },
      { name: 'New', app_id: stage.app.id, content: { title: 'New words for {{ user.first_name }}' } },
    ],
  })
  expect(titlesOn(phone)).toEqual([])
  await pass(hourMs)
  expect(titlesOn(phone).sort()).toEqual(['New words for Ada', 'Old words for Ada'])
})

test('6: the settings hold for what is sent by hand, by a campaign and by an event alike', async () => {
  const group = next('group')
  const person = await createPerson({ group })
  await phoneOf(person.email)
  const segment = await createSegment(group)
  await stage.api('PUT', '/v1/settings', { default_ttl_seconds: 7_200, max_attempts: 3 })
  const byHand = await stage.send({ to: { user_ids: [person.id] }, content: { title: 'By hand' } })
  const campaign = await startCampaign({ segment_ids: [segment] })
  const [run] = (await stage.api('GET', `/v1/messages?campaign_id=${campaign}`)).data as Message[]
  const { body } = await invoke(await createEvent(), [person.id])
  const event = await stage.ended(body.message_id)
  const livesMs = ({ start_at, expires_at }: Message) => Date.parse(expires_at) - Date.parse(start_at)
  expect([livesMs(byHand), livesMs(event)]).toEqual([7_200_000, 7_200_000])
  const { rows } = await attemptsOf([byHand.id, run?.id ?? '', event.id])
  expect(rows.map(({ max_attempts }) => max_attempts)).toEqual([3, 3, 3])
  await stage.api('PUT', '/v1/settings', { default_ttl_seconds: 86_400, max_attempts: 10 })
})

const attemptsOf = async (ids: string[]) => {
  const rows = await stage.server.store.db
    .selectFrom('messages')
    .select('max_attempts')
    .where('id', 'in', ids)
    .execute()
  return { rows }
}

test('7: only whoever may administer adds an app, and only a published app sends', async () => {
  const { key } = await stage.api('POST', '/v1/keys', { name: next('key'), scopes: ['messages:send'] })
  const refused = await request('POST', '/v1/apps', { name: next('app') }, { authorization: `Bearer ${key}` })
  expect(refused.status).toBe(403)
  const phone = await phoneOf(undefined)
  await stage.api('POST', `/v1/apps/${stage.app.id}/unpublish`)
  const silent = await stage.send({ to: { subscription_ids: [phone.id] }, content: { title: 'Silent' } })
  expect(silent).toMatchObject({ excluded: { app_unpublished: 1 } })
  await stage.api('POST', `/v1/apps/${stage.app.id}/publish`)
  await stage.send({ to: { subscription_ids: [phone.id] }, content: { title: 'Heard' } })
  expect(titlesOn(phone)).toEqual(['Heard'])
})

test('8: a device without a person gets nothing that is meant for people', async () => {
  const group = next('group')
  const person = await createPerson({ group })
  const [theirs, nobodys] = [await phoneOf(person.email), await phoneOf(undefined)]
  await stage.send({ to: { segment_ids: [await createSegment(group)] }, content: { title: 'For people' } })
  expect([titlesOn(theirs), titlesOn(nobodys)]).toEqual([['For people'], []])
})

test('9: one attribute matches devices to people, email at first, and another mandatory one can take its place', async () => {
  expect((await stage.api('GET', '/v1/settings')).reconciliation_key).toBe('email')
  const optional = await request('PUT', '/v1/settings', { reconciliation_key: 'nick' })
  expect(optional.status).toBe(422)
  await stage.api('POST', '/v1/attributes', { name: 'member_no', type: 'string', required: true })
  const person = await createPerson({ member_no: next('member') })
  const { member_no: memberNo } = (await stage.api('GET', `/v1/users/${person.id}`)).attributes
  await stage.api('PUT', '/v1/settings', { reconciliation_key: 'member_no' })
  const [byNumber, byEmail] = [await phoneOf(memberNo), await phoneOf(person.email)]
  const ownerOf = async ({ id }: Subscribed) => (await stage.api('GET', `/v1/subscriptions/${id}`)).user_id
  expect([await ownerOf(byNumber), await ownerOf(byEmail)]).toEqual([person.id, null])
  await stage.api('PUT', '/v1/settings', { reconciliation_key: 'email' })
  await until(async () => (await ownerOf(byEmail)) === person.id)
  expect(await ownerOf(byNumber)).toBeNull()
  // The attribute stays mandatory, so the people of later tests have it as well.
})

test('10: a phone and a tablet with one key both get what is sent to the person', async () => {
  const person = await createPerson({ member_no: next('member') })
  const [phone, tablet] = [await phoneOf(person.email), await phoneOf(person.email, 'fcm')]
  const sent = await stage.send({
    to: { users_by: { attribute: 'email', values: [person.email] } },
    content: { title: 'Both' },
  })
  expect(sent.counts).toMatchObject({ targeted: 2, sent: 2 })
  expect([titlesOn(phone), titlesOn(tablet)]).toEqual([['Both'], ['Both']])
})

test('11: a segment is numbered conditions and a rule over the numbers, and says how many people it means', async () => {
  const group = next('group')
  for (const tier of ['gold', 'silver', 'none'])
    await createPerson({ group, tier, member_no: next('member') })
  const conditions = [
    { number: 1, attribute: 'group', operator: 'equals', value: group },
    { number: 2, attribute: 'tier', operator: 'equals', value: 'gold' },
    { number: 3, attribute: 'tier', operator: 'equals', value: 'silver' },
  ]
  const countOf = async (definition: string, evaluation = 'standard') =>
    (await stage.api('POST', '/v1/segments/estimate', { conditions, definition, evaluation })).users
  expect(await countOf('1 AND (2 OR 3)')).toBe(2)
  expect(await countOf('1 AND NOT 2')).toBe(2)
  expect(await countOf('(2 OR 3) AND NOT 1')).toBe(0)
  const wrong = await request('POST', '/v1/segments/estimate', { conditions, definition: '1 AND 4' })
  expect(wrong).toMatchObject({ status: 422, body: { errors: [{ pointer: '/definition' }] } })
})

test('12: a campaign says how many of its people each message can reach', async () => {
  const group = next('group')
  const [reached, silent] = [
    await createPerson({ group, member_no: next('member') }),
    await createPerson({ group, member_no: next('member') }),
  ]
  await phoneOf(reached.email)
  const id = await startCampaign({ segment_ids: [await createSegment(group)] })
  const counts = await stage.api('GET', `/v1/campaigns/${id}/counts`)
  expect(counts).toMatchObject({ users: 2, messages: [{ subscribed: 1, met: 1 }] })
  expect(silent.id).not.toBe(reached.id)
})

test('13: a campaign starts and ends by itself, finds newly matching people every hour, and each of them once', async () => {
  const group = next('group')
  const segment = await createSegment(group)
  const first = await createPerson({ group, member_no: next('member') })
  const firstPhone = await phoneOf(first.email)
  const fields = {
    segment_ids: [segment, await createSegment(group)],
    start_local: local(1),
    end_local: local(10),
  }
  const id = await startCampaign(fields)
  expect((await stage.api('GET', `/v1/campaigns/${id}`)).evaluate_every_seconds).toBe(3_600)
  expect(titlesOn(firstPhone)).toEqual([])
  await pass(hourMs)
  const second = await createPerson({ group, member_no: next('member') })
  const secondPhone = await phoneOf(second.email)
  await pass(hourMs)
  await pass(hourMs)
  expect([titlesOn(firstPhone), titlesOn(secondPhone)]).toEqual([['Campaign'], ['Campaign']])
  await pass(8 * hourMs)
  expect((await stage.api('GET', `/v1/campaigns/${id}`)).status).toBe('completed')
  const late = await createPerson({ group, member_no: next('member') })
  const latePhone = await phoneOf(late.email)
  await pass(hourMs)
  expect(titlesOn(latePhone)).toEqual([])
})

/** A person who can be reached by everything, and what reached them. */
async function createReachable(attributes: Record<string, string>) {
  const number = `+4915100${String(1_000 + names)}`
  const person = await createPerson({ phone: number, member_no: next('member'), ...attributes })
  const devices = [await phoneOf(person.email), await phoneOf(person.email, 'webpush')]
  const { control } = stage.sandbox
  const emails = () => control.emails().filter(({ envelope }) => envelope.to.includes(person.email))
  const texts = () => control.conversations().filter((each) => each.number === number)
  const passes = async () => (await stage.api('GET', `/v1/passes?user_id=${person.id}`)).data.length
  const got = async () => ({
    push: devices.map(titlesOn),
    email: emails().map(({ subject }) => subject),
    sms: texts().flatMap((each) => each.texts.map(({ text }) => text)),
    passes: await passes(),
  })
  return { ...person, got }
}

const wallet = () => ({
  images: { icon },
  fields: { primary: [{ key: 'order', label: 'Order', value: '7' }] },
})

test('14: an event goes out as push, email, SMS and pass, filled with the values of its call, which is a POST', async () => {
  const person = await createReachable({})
  const id = await createEvent({
    channels: ['push', 'email', 'sms', 'pass'],
    content: { title: 'Order {{ variables.order }}', body: 'No. {{ variables.order }}' },
    overrides: { wallet: wallet() },
  })
  const { method, curl, node, body } = await stage.api('GET', `/v1/event-definitions/${id}/payload`)
  expect([method, body.variables]).toEqual(['POST', { order: '7' }])
  expect([curl, node].every((text) => text.includes(`/v1/event-definitions/${id}/invoke`))).toBe(true)
  expect((await request('GET', `/v1/event-definitions/${id}/invoke`)).status).toBe(405)
  const { body: invoked } = await invoke(id, [person.id], { 'idempotency-key': next('order') })
  for (const { message_id } of invoked.messages) await stage.ended(message_id)
  expect(await person.got()).toEqual({
    push: [['Order 7'], ['Order 7']],
    email: ['Order 7'],
    sms: ['No. 7'],
    passes: 1,
  })
})

test('15: pages of other sites may call only once they are listed, by name or by wildcard', async () => {
  const origin = 'https://www.example.com'
  const allowed = async () =>
    (await request('GET', '/v1/apps', undefined, { origin })).headers.get('access-control-allow-origin')
  expect(await allowed()).toBeNull()
  for (const domains of ['www.example.org, www.example.com', '*.example.com', '*.com', '*']) {
    await stage.api('PUT', '/v1/settings', { cors: { enabled: true, domains } })
    await until(async () => (await allowed()) === origin)
  }
  await stage.api('PUT', '/v1/settings', { cors: { enabled: true, domains: '*.example.org' } })
  await until(async () => (await allowed()) === null)
  await stage.api('PUT', '/v1/settings', { cors: { enabled: false } })
})

test('16: a campaign reaches web apps by web push, and people by push, email, SMS and pass', async () => {
  const group = next('group')
  const person = await createReachable({ group })
  await startCampaign({
    segment_ids: [await createSegment(group)],
    messages: ['push', 'email', 'sms', 'pass'].map((channel) => ({
      name: channel,
      channel,
      app_id: stage.app.id,
      content: { title: `By ${channel}`, body: `By ${channel}` },
      overrides: channel === 'pass' ? { wallet: wallet() } : {},
    })),
  })
  expect(await person.got()).toEqual({
    push: [['By push'], ['By push']],
    email: ['By email'],
    sms: ['By sms'],
    passes: 1,
  })
})
