import { type Message, wallTime } from '@carillon/contract'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createClock, openStage, recipientsOf, type Stage, until } from './stage.ts'

const hourMs = 3_600_000
const clock = createClock()
const content = { title: 'Hello' }
let stage: Stage
let userId: string
let segmentId: string
let names = 0

beforeAll(async () => {
  stage = await openStage({ now: clock.now })
  const attributes = { email: 'ada@example.com', tier: 'gold' }
  userId = (await stage.api('POST', '/v1/users', { attributes })).id
  await stage.subscribe({ platform: 'fcm' }, 'ada@example.com')
  const conditions = [{ number: 1, attribute: 'tier', operator: 'equals', value: 'gold' }]
  segmentId = (await stage.api('POST', '/v1/segments', { name: 'Gold', conditions })).id
})
afterAll(() => stage?.close())
beforeEach(() => stage.sandbox.control.clearFaults())

const change = (settings: object) => stage.api('PUT', '/v1/settings', settings)
const messageOf = (id: string): Promise<Message> => stage.api('GET', `/v1/messages/${id}`)

/** Every way to send, each to the id of one message for one phone. */
const ways: Record<string, () => Promise<string>> = {
  'a message of its own': () => stage.start({ to: { user_ids: [userId] }, content }),
  'a campaign': async () => {
    names += 1
    const { id } = await stage.api('POST', '/v1/campaigns', {
      name: `Campaign ${names}`,
      zone: 'UTC',
      segment_ids: [segmentId],
      start_local: wallTime(clock.now(), 'UTC'),
      end_local: wallTime(new Date(clock.now().getTime() + 300 * hourMs), 'UTC'),
      messages: [{ name: 'Hello', app_id: stage.app.id, content }],
    })
    await stage.api('POST', `/v1/campaigns/${id}/start`)
    const runs = async () => (await stage.api('GET', `/v1/messages?campaign_id=${id}`)).data
    await until(async () => (await runs()).length === 1)
    return (await runs())[0].id
  },
  'an event': async () => {
    names += 1
    const definition = { name: `Event ${names}`, app_id: stage.app.id, content }
    const { id } = await stage.api('POST', '/v1/event-definitions', definition)
    await stage.api('POST', `/v1/event-definitions/${id}/activate`)
    const invoked = await stage.api('POST', `/v1/event-definitions/${id}/invoke`, { users: [{ id: userId }] })
    return invoked.message_id
  },
}

describe('settings hold for every way to send alike', () => {
  test.each(Object.keys(ways))('%s is tried as often as the settings say when it was sent', async (way) => {
    stage.sandbox.control.addFault({ provider: 'fcm', fault: 'status', status: 503 })
    for (const attempts of [1, 3]) {
      await change({ max_attempts: attempts })
      const id = await (ways[way] as () => Promise<string>)()
      await change({ max_attempts: 10 })
      await untilEnded(id)
      const message = await messageOf(id)
      expect(message).toMatchObject({ failed: { provider_unavailable: 1 }, counts: { targeted: 1 } })
      expect((await recipientsOf(stage.api, id))[0]).toMatchObject({ attempts })
    }
  })

  test.each([
    'a message of its own',
    'an event',
  ])('%s that names no end lives as long as the settings say', async (way) => {
    await change({ default_ttl_seconds: 7_200 })
    const id = await (ways[way] as () => Promise<string>)()
    const { start_at, expires_at } = await messageOf(id)
    expect(Date.parse(expires_at) - Date.parse(start_at)).toBe(2 * hourMs)
    await change({ default_ttl_seconds: 86_400 })
  })
})

test('a setting out of its limits is refused, and the place is named', async () => {
  const wrong = {
    max_attempts: [0, 51, 1.5, '3'],
    default_ttl_seconds: [59, 2_419_201],
    campaign_interval_seconds: [59, 604_801],
    event_retention_days: [0, 401],
    audit_retention_days: [29, 3_651],
  }
  const before = await stage.api('GET', '/v1/settings')
  for (const [name, values] of Object.entries(wrong)) {
    for (const value of values) {
      const { status, body } = await stage.server.request('PUT', '/v1/settings', { [name]: value })
      expect([status, body.errors[0].pointer]).toEqual([422, `/${name}`])
    }
  }
  expect(await stage.api('GET', '/v1/settings')).toEqual(before)
})

/** Every retry is met as soon as it is due. */
async function untilEnded(id: string): Promise<void> {
  for (let i = 0; i < 6 && (await messageOf(id)).finished_at === null; i += 1) {
    await stage.settle()
    clock.pass(60_000)
    await stage.wake()
  }
  await stage.ended(id)
}
