import { type Campaign, type CampaignCounts, type Message, wallTime } from '@carillon/contract'
import { sql } from 'kysely'
import { afterAll, beforeAll } from 'vitest'
import { createClock, openStage, type Stage } from './stage.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const soon = { timeout: 10_000 }
export const clock = createClock()
/** Of the test file that called `playCampaigns`. */
export let stage: Stage
let names = 0

/** A stage with a clock that is moved. */
export function playCampaigns(): void {
  beforeAll(async () => {
    stage = await openStage({ now: clock.now })
  })
  afterAll(() => stage?.close())
}

export async function pass(ms: number): Promise<void> {
  await stage.settle()
  clock.pass(ms)
  await stage.wake()
  await stage.settle()
}

export const request = (method: string, path: string, body?: unknown) =>
  stage.server.request(method, path, body)
export const campaignOf = (id: string): Promise<Campaign> => stage.api('GET', `/v1/campaigns/${id}`)
export const countsOf = (id: string): Promise<CampaignCounts> =>
  stage.api('GET', `/v1/campaigns/${id}/counts`)
export const runsOf = async (id: string): Promise<Message[]> =>
  (await stage.api('GET', `/v1/messages?campaign_id=${id}`)).data
export const change = (id: string, to: string, body?: unknown) =>
  stage.api('POST', `/v1/campaigns/${id}/${to}`, body) as Promise<Campaign>

export const utc = (at: Date) => wallTime(at, 'UTC')
export const inHours = (hours: number) => utc(new Date(clock.now().getTime() + hours * hourMs))

/** A person with a phone, whose notifications are read by title. */
export async function createPerson(attributes: Record<string, string>, hasPhone = true) {
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
export async function createSegment(attribute: string, value: string): Promise<string> {
  names += 1
  const conditions = [{ number: 1, attribute, operator: 'equals', value }]
  return (await stage.api('POST', '/v1/segments', { name: `Segment ${names}`, conditions })).id
}

export function draft(fields: Record<string, unknown>) {
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

export async function create(fields: Record<string, unknown>): Promise<Campaign> {
  return stage.api('POST', '/v1/campaigns', draft(fields))
}

export async function launch(fields: Record<string, unknown>): Promise<Campaign> {
  const { id } = await create(fields)
  // Nobody who was just created is still being looked at for the campaigns before it.
  await stage.settle()
  const started = await change(id, 'start')
  await stage.settle()
  return started
}

/** Behind the API's back, as time or behaviour brings people into a segment. */
export async function become(userId: string, attributes: Record<string, string>): Promise<void> {
  await sql`update users set attributes = attributes || ${JSON.stringify(attributes)}::jsonb
    where id = ${userId}`.execute(stage.server.store.db)
}
