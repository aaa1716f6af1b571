import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClock, openStage, type Stage, until } from './stage.ts'

let stage: Stage
const clock = createClock()
beforeAll(async () => {
  // The worker comes later: what waits for it stands still.
  stage = await openStage({ now: clock.now, environment: { ROLES: 'api,scheduler' } })
})
afterAll(() => stage?.close())

/** The sample of that name and those labels; undefined when there is none. */
async function sample(name: string): Promise<number | undefined> {
  const { status, body } = await stage.server.request('GET', '/metrics')
  expect(status).toBe(200)
  const line = (body as string).split('\n').find((each) => each.startsWith(`${name} `))
  return line === undefined ? undefined : Number(line.split(' ').at(-1))
}
const waiting = () => sample('carillon_deliveries_waiting{platform="apns"}')
const overdue = () => sample('carillon_longest_overdue_seconds')
const blocked = (reason: string) =>
  sample(
    `carillon_lane_blocked{app_id="${stage.app.id}",platform="apns",environment="production",reason="${reason}"}`,
  )

test('the metrics tell what waits, for how long, and which lane is closed and why', async () => {
  await stage.subscribe({ platform: 'apns', count: 3 })
  expect([await waiting(), await overdue()]).toEqual([0, 0])

  const id = await stage.start({ to: { all: true }, content: { title: 'Hello' } })
  await until(async () => (await waiting()) === 3)
  clock.pass(600_000)
  expect(await overdue()).toBeGreaterThanOrEqual(600)
  await stage.api('POST', `/v1/messages/${id}/pause`)
  expect([await waiting(), await overdue()]).toEqual([3, 0])
  await stage.api('POST', `/v1/messages/${id}/resume`)

  const refusal = { status: 403, reason: 'InvalidProviderToken' }
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'status', ...refusal })
  const stopWorker = await stage.startSecondDispatcher()
  await until(async () => (await blocked('credential_rejected')) === 1)
  expect(await waiting()).toBe(3)

  stage.sandbox.control.clearFaults()
  clock.pass(600_000)
  await stage.wake()
  await stage.ended(id)
  expect([await waiting(), await overdue(), await blocked('credential_rejected')]).toEqual([0, 0, undefined])
  await stopWorker()
})
