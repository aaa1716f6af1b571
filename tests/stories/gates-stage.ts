import { type Cap, type Message, quietHoursAtFirst, type Why } from '@carillon/contract'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createClock, openStage, recipientsOf, type Stage } from './stage.ts'

export const content = { title: 'Hello' }
export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const clock = createClock()
/** Of the test file that called `playBeforeGates`. */
export let stage: Stage

/** A stage with a clock that is moved; every test begins without a rule. */
export function playBeforeGates(): void {
  beforeAll(async () => {
    stage = await openStage({ now: clock.now })
  })
  afterAll(() => stage?.close())
  beforeEach(async () => {
    stage.sandbox.control.clearFaults()
    stage.sandbox.control.clearStats()
    stage.sandbox.control.record(true)
    for (const { id } of (await stage.api('GET', '/v1/caps')).data)
      await stage.api('DELETE', `/v1/caps/${id}`)
    await settings({ time_zone: 'UTC', quiet_hours: quietHoursAtFirst, holdout: { percent: 0, salt: '1' } })
  })
}

export const settings = (change: object) => stage.api('PUT', '/v1/settings', change)
export const cap = (name: string, limit: number, more: object = {}): Promise<Cap> =>
  stage.api('POST', '/v1/caps', {
    name,
    limit,
    window: { kind: 'rolling', length: 1, unit: 'days' },
    ...more,
  })
export const messageOf = (id: string): Promise<Message> => stage.api('GET', `/v1/messages/${id}`)
export const whyOf = (id: string, userId: string): Promise<Why> =>
  stage.api('GET', `/v1/messages/${id}/why?user_id=${userId}`)
export const accepted = () => stage.sandbox.control.stats().apns.accepted

let people = 0

export const emailOfLastPerson = () => `person-${people}@example.com`

/** Somebody with so many phones in the app. */
export async function person(
  { subscribe }: Awaited<ReturnType<Stage['openApp']>>,
  fields: object = {},
  phones = 1,
): Promise<string> {
  people += 1
  const email = emailOfLastPerson()
  const { id } = await stage.api('POST', '/v1/users', { attributes: { email }, ...fields })
  if (phones > 0) await subscribe({ platform: 'apns', count: phones }, email)
  return id
}

export async function pass(ms: number): Promise<void> {
  await stage.settle()
  clock.pass(ms)
  await stage.wake()
  await stage.settle()
}

/** The next moment at which a clock in UTC shows this hour. */
export async function passUntil(hour: number): Promise<void> {
  const now = clock.now()
  const at = Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), now.getUTCDate(), hour)
  await pass((at > now.getTime() ? at : at + 24 * hourMs) - now.getTime())
}

export async function reasonsOf(id: string): Promise<Record<string, string>> {
  const recipients = await recipientsOf(stage.api, id)
  return Object.fromEntries(recipients.map(({ user_id, reason }) => [user_id, reason])) as Record<
    string,
    string
  >
}
