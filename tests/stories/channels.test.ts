import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStage, type Stage, type Subscribed } from './stage.ts'

let stage: Stage
let segment: string
const group = 'channels'
const messages = [
  { name: 'Push', channel: 'push', content: { title: 'By push' } },
  { name: 'Email', channel: 'email', content: { title: 'By email', body: 'Hello' } },
  { name: 'SMS', channel: 'sms', content: { body: 'By SMS' } },
]

beforeAll(async () => {
  stage = await openStage()
  const { email, twilio } = stage.sandbox.control.accounts()
  await stage.api('PUT', `/v1/apps/${stage.app.id}/credentials/email`, email)
  await stage.api('PUT', `/v1/apps/${stage.app.id}/credentials/sms`, twilio)
  const conditions = [{ number: 1, attribute: 'group', operator: 'equals', value: group }]
  segment = (await stage.api('POST', '/v1/segments', { name: 'Channels', conditions })).id
})
afterAll(() => stage?.close())

let people = 0
/** A person with what they can be reached by, and what came of it. */
async function createPerson(has: { phone?: boolean; device?: boolean }, extra: Record<string, string> = {}) {
  people += 1
  const email = `person-${people}@example.com`
  const number = `+49151000${String(people).padStart(5, '0')}`
  const attributes = { email, group, ...(has.phone && { phone: number }), ...extra }
  const { id } = await stage.api('POST', '/v1/users', { attributes })
  const [device] = has.device ? await stage.subscribe({ platform: 'fcm', name: email }, email) : []
  return { id: id as string, email, number, got: () => arrivals({ email, number, device }) }
}

function arrivals({ email, number, device }: { email: string; number: string; device?: Subscribed }) {
  const { control } = stage.sandbox
  const pushes = device ? control.phone(device.device.id).notifications.map(({ title }) => title) : []
  const emails = control.emails().filter(({ envelope }) => envelope.to.includes(email))
  const texts = control.conversations().filter((conversation) => conversation.number === number)
  return [
    ...pushes,
    ...emails.map(({ subject }) => subject),
    ...texts.flatMap((conversation) => conversation.texts.map(({ text }) => text)),
  ]
}

async function runCampaign(reach: 'all' | 'first', people: readonly { id: string }[]) {
  const { id } = await stage.api('POST', '/v1/campaigns', {
    name: `Reach ${reach} ${people[0]?.id}`,
    zone: 'UTC',
    start_local: '2020-01-01T00:00',
    end_local: '2090-01-01T00:00',
    segment_ids: [segment],
    reach,
    messages: messages.map((message) => ({ ...message, app_id: stage.app.id })),
  })
  await stage.api('POST', `/v1/campaigns/${id}/start`)
  await stage.wake()
  await stage.settle()
  return id as string
}

test('a campaign sends each message by its channel: by all of them, or by the first that reaches the person', async () => {
  const both = await createPerson({ device: true, phone: true })
  const mailOnly = await createPerson({})
  const textOnly = await createPerson({ phone: true })
  const [row] = (await stage.api('GET', `/v1/subscriptions?user_id=${textOnly.id}&platform=email`)).data
  await stage.api('PATCH', `/v1/subscriptions/${row.id}`, { status: 'unsubscribed' })

  const first = await runCampaign('first', [both])
  expect([both.got(), mailOnly.got(), textOnly.got()]).toEqual([['By push'], ['By email'], ['By SMS']])
  const counts = await stage.api('GET', `/v1/campaigns/${first}/counts`)
  expect(counts).toMatchObject({
    users: 3,
    messages: [
      { subscribed: 1, met: 1, sent: 1 },
      { subscribed: 2, met: 1, sent: 1 },
      { subscribed: 2, met: 1, sent: 1 },
    ],
  })
  // Nobody gets another of them because something else reaches them by now.
  await stage.subscribe({ platform: 'fcm', name: 'new' }, mailOnly.email)
  await stage.wake()
  await stage.settle()
  expect(mailOnly.got()).toEqual(['By email'])
  await stage.api('POST', `/v1/campaigns/${first}/terminate`)

  const all = await runCampaign('all', [both])
  expect(both.got().sort()).toEqual(['By SMS', 'By email', 'By push', 'By push'])
  expect(textOnly.got()).toEqual(['By SMS', 'By SMS'])
  await stage.api('POST', `/v1/campaigns/${all}/terminate`)
})

test('an invocation goes out by each of the channels, by the first that reaches, or to a typed address', async () => {
  const { device, nobody } = { device: await createPerson({ device: true }), nobody: await createPerson({}) }
  const define = async (name: string, fields: Record<string, unknown>) => {
    const { id } = await stage.api('POST', '/v1/event-definitions', {
      name,
      app_id: stage.app.id,
      content: { title: 'Order {{ variables.order }}', body: 'Thank you' },
      variables: [{ name: 'order', example: '7' }],
      channels: ['push', 'email', 'sms'],
      ...fields,
    })
    await stage.api('POST', `/v1/event-definitions/${id}/activate`)
    return id as string
  }
  const invoke = (id: string, whom: Record<string, unknown>) =>
    stage.server.request('POST', `/v1/event-definitions/${id}/invoke`, { ...whom, variables: { order: '7' } })
  const users = [{ id: device.id }, { id: nobody.id }]

  const first = await invoke(await define('First', { reach: 'first' }), { users })
  for (const { message_id } of first.body.messages) await stage.ended(message_id)
  expect([device.got(), nobody.got()]).toEqual([['Order 7'], ['Order 7']])

  const every = await define('Every', {})
  const all = await invoke(every, { users: [{ id: device.id }] })
  const ended = []
  for (const { message_id } of all.body.messages) ended.push(await stage.ended(message_id))
  expect(ended.map(({ channel, counts }) => [channel, counts.sent, counts.excluded])).toEqual([
    ['push', 1, 0],
    ['email', 1, 0],
    ['sms', 0, 1],
  ])

  const typed = await invoke(every, {
    addresses: [{ email: 'guest@example.com' }, { phone: '0049 151 9999999' }],
  })
  for (const { message_id } of typed.body.messages)
    expect(await stage.ended(message_id)).toMatchObject({ counts: { targeted: 1, sent: 1 } })
  expect(arrivals({ email: 'guest@example.com', number: '+491519999999' })).toEqual(['Order 7', 'Thank you'])
  const wrong = await invoke(every, {
    addresses: [{ email: 'guest@example.com' }, { phone: 'x' }, { email: 'y' }],
  })
  expect(wrong.status).toBe(422)
  const unsent = await invoke(await define('Push alone', { channels: ['push'] }), {
    addresses: [{ email: 'guest@example.com' }],
  })
  expect(unsent).toMatchObject({ status: 422, body: { errors: [{ pointer: '/addresses/0' }] } })
})
