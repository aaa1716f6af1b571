import { type Message, type Recipient, wallTime } from '@carillon/contract'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { createClock, openStage, recipientsOf, type Seeded, type Stage } from './stage.ts'

export const minuteMs = 60_000
export const hourMs = 60 * minuteMs
export const content = { title: 'Hello' }
export const clock = createClock()
/** Of the test file that called `playTimed`. */
export let stage: Stage
let people = 0

/** A stage with a clock that is moved, in a workspace of São Paulo. */
export function playTimed(): void {
  beforeAll(async () => {
    stage = await openStage({ now: clock.now })
    await stage.api('PUT', '/v1/settings', { time_zone: 'America/Sao_Paulo' })
  })
  afterAll(() => stage?.close())
  beforeEach(() => {
    stage.sandbox.control.clearFaults()
    stage.sandbox.control.clearStats()
  })
}

export const request = (method: string, path: string, body?: unknown) =>
  stage.server.request(method, path, body)
export const messageOf = (id: string): Promise<Message> => stage.api('GET', `/v1/messages/${id}`)
export const inHours = (hours: number) => new Date(clock.now().getTime() + hours * hourMs)
export const utcIn = (hours: number) => wallTime(inHours(hours), 'UTC')

export async function pass(ms: number): Promise<void> {
  await stage.settle()
  clock.pass(ms)
  await stage.wake()
  await stage.settle()
}

/** Lets time pass from one turn to the next until nobody waits. */
export async function passAll(id: string): Promise<Message> {
  for (;;) {
    await stage.settle()
    const { next_due_at } = await messageOf(id)
    if (!next_due_at) return stage.ended(id)
    await pass(Math.max(1, Date.parse(next_due_at) - clock.now().getTime()))
  }
}

/** A person with a phone in an app of its own; without a zone the phone's counts, and then the workspace's. */
export async function createPerson(
  app: Awaited<ReturnType<Stage['openApp']>>,
  timezone?: string,
  deviceZone?: string,
) {
  people += 1
  const email = `timed-${people}@example.com`
  const { id } = await stage.api('POST', '/v1/users', {
    attributes: { email },
    ...(timezone && { timezone }),
  })
  const [device] = stage.sandbox.control.createDevices({ app: app.app.names.apns, platform: 'apns' })
  if (!device) throw new Error('No phone.')
  await app.register(device, { reconciliation_value: email, ...(deviceZone && { timezone: deviceZone }) })
  return { id: id as string, phone: device.id }
}

export const recipients = async (id: string) => (await recipientsOf(stage.api, id)) as unknown as Recipient[]

/** The most that arrived on phones within any minute. */
export function mostInAMinute(arrivals: readonly number[]): number {
  const sorted = arrivals.toSorted((a, b) => a - b)
  return Math.max(0, ...sorted.map((from, i) => sorted.slice(i).filter((at) => at - from < minuteMs).length))
}

export function arrivalsAt(seeded: readonly Seeded[]): number[] {
  const ids = new Set(seeded.map(({ device }) => device.id))
  return stage.sandbox.control
    .phones()
    .filter(({ id }) => ids.has(id))
    .flatMap(({ notifications }) => notifications.map(({ received_at }) => Date.parse(received_at)))
}
