import type { ExperimentReport, Message } from '@carillon/contract'
import { startSandbox } from '@carillon/sandbox'
import { expect, test } from 'vitest'
import { armOf, drawsOf } from '../../packages/server/src/50-schedule/index.ts'
import { createApi } from '../../tools/api.ts'
import { recipientsOf } from '../stories/stage.ts'
import { seed } from './seed.ts'
import { createServerHome, secretKey } from './server-home.ts'
import { startServerProcess } from './server-process.ts'

const recipients = 3_000
const patience = { interval: 5, timeout: 60_000 }

test('kill -9 in the test, in the decision and after it: each person is sent the one variant that is theirs', async () => {
  await using sandbox = await startSandbox()
  await using home = await createServerHome(sandbox, process.env.TEST_DATABASE_URL)
  const app = await seed(home.environment, sandbox, recipients)
  await using stack = new AsyncDisposableStack()
  let server = await startServerProcess(home.environment)
  stack.defer(() => server.kill())
  sandbox.control.record(true)
  sandbox.control.addFault({ provider: 'apns', fault: 'slow', delay_ms: 60 })
  const api = (method: string, path: string, body?: unknown) =>
    createApi(server.address, secretKey)(method, path, body)
  const restart = async () => {
    await server.kill()
    server = await startServerProcess(home.environment)
  }
  const untilSent = (n: number) =>
    expect.poll(() => sandbox.control.stats().apns.accepted, patience).toBeGreaterThanOrEqual(n)

  const experiment = {
    variants: ['A', 'B', 'C'].map((name) => ({ name, content: { title: `Variant ${name}` }, weight: 1 })),
    control_percent: 10,
    winner: { metric: 'opened', after_minutes: 600, test_percent: 50 } as const,
  }
  const { id } = await api('POST', '/v1/messages', { app_id: app.id, to: { all: true }, experiment })
  const report = (): Promise<ExperimentReport> => api('GET', `/v1/messages/${id}/experiment`)
  await untilSent(100)
  await restart()
  await untilSent(700)
  // Some of these come before its commit and some after.
  for (let tries = 0; (await report()).decision === null; tries += 1) {
    void api('POST', `/v1/messages/${id}/winner`, { variant: 'B' }).catch(() => 'the server died')
    await new Promise((resolve) => setTimeout(resolve, tries * 25))
    await restart()
  }
  await untilSent(1_700)
  await restart()
  sandbox.control.clearFaults()
  const messageOf = (): Promise<Message> => api('GET', `/v1/messages/${id}`)
  await expect.poll(async () => (await messageOf()).status, patience).toBe('finished')

  const expected = new Map<string, number>()
  for (const { user_id, subscription_id, variant, status, reason } of await recipientsOf(api, id)) {
    const whole = {
      ...experiment,
      winner: { ...experiment.winner, minimum_sent: 30, require_confidence: false },
    }
    // People are known by their device here: the message is for devices, and so is what it does not send.
    const arm = armOf(whole, drawsOf(id, String(user_id ?? subscription_id)), null)
    const name = arm === -1 ? 'B' : ('ABC'[arm] ?? null)
    expect([variant, status, reason]).toEqual(
      arm === -2 ? [null, 'excluded', 'control_group'] : [name, 'sent', 'accepted'],
    )
    expected.set(String(arm), (expected.get(String(arm)) ?? 0) + 1)
  }
  const found = await report()
  expect(found.variants.map(({ sent }) => sent)).toEqual(['0', '1', '2'].map((arm) => expected.get(arm)))
  expect(found).toMatchObject({
    targeted: recipients,
    control_group: expected.get('-2'),
    waiting: 0,
    without_variant: 0,
    rest: { name: 'B', sent: expected.get('-1') },
  })
  // What was on the wire at a kill was sent again, under the same id: nobody got two texts.
  expect(Object.keys(sandbox.control.deliveries('apns'))).toHaveLength(recipients - (expected.get('-2') ?? 0))
})
