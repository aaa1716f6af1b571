import type { Message } from '@carillon/contract'
import { startSandbox } from '@carillon/sandbox'
import { expect, test } from 'vitest'
import { createApi } from '../../tools/api.ts'
import { seed } from './seed.ts'
import { createServerHome, secretKey } from './server-home.ts'
import { startServerProcess } from './server-process.ts'

const recipients = Number(process.env.CHAOS_RECIPIENTS ?? 20_000)
const kills = Number(process.env.CHAOS_KILLS ?? 10)
/** What four batches in work may have on the wire: windows of 250. */
const mostAtOnce = 4 * 250
/** A life ends in its first round of windows or its second, so it settles one round or none. */
const longestLife = 1.5 * mostAtOnce
/** Slow enough that a kill comes before the round that it is meant for is over. */
const answerMs = 100
/** On PostgreSQL the leases of the dead have to run out first. */
const patience = { interval: 2, timeout: 60_000, message: 'nothing more is being sent' }

test(`kill -9 ${kills} times during ${recipients} recipients: all end, none is lost, repeats carry their delivery id`, async () => {
  await using sandbox = await startSandbox()
  await using home = await createServerHome(sandbox, process.env.TEST_DATABASE_URL)
  const app = await seed(home.environment, sandbox, recipients)
  await using stack = new AsyncDisposableStack()
  let server = await startServerProcess(home.environment)
  stack.defer(() => server.kill())
  sandbox.control.record(true)
  // Each life settles less than that, so that no message ends before its last kill.
  expect(recipients).toBeGreaterThanOrEqual(kills * longestLife)
  sandbox.control.addFault({ provider: 'apns', fault: 'slow', delay_ms: answerMs })

  const accepted = await createApi(server.address, secretKey)('POST', '/v1/messages', {
    app_id: app.id,
    to: { all: true },
    content: { title: 'Through the storm' },
  })
  const deaths: { signal: NodeJS.Signals | null; status: Message['status']; sent: number }[] = []
  while (deaths.length < kills) {
    await untilSent(1 + Math.random() * longestLife)
    await server.kill()
    const signal = server.process.signalCode
    server = await startServerProcess(home.environment)
    const { status, counts } = await readMessage()
    deaths.push({ signal, status, sent: counts.sent })
  }
  sandbox.control.clearFaults()
  const message = await waitUntilFinished()
  const deliveries = Object.values(sandbox.control.deliveries('apns'))
  const repeats = deliveries.reduce((sum, times) => sum + times - 1, 0)
  process.stdout.write(`${JSON.stringify({ deaths, deliveries: deliveries.length, repeats })}\n`)

  expect(deaths.map(({ signal }) => signal)).toEqual(Array(kills).fill('SIGKILL'))
  expect(deaths.map(({ status }) => status)).not.toContain('finished')
  expect(message.counts).toMatchObject({
    targeted: recipients,
    sent: recipients,
    pending: 0,
    failed: 0,
    excluded: 0,
  })
  expect(deliveries).toHaveLength(recipients)
  // None would mean that every kill came while nothing was on the wire.
  expect(repeats).toBeGreaterThan(0)
  expect(repeats).toBeLessThanOrEqual(kills * mostAtOnce)
  await server.stop()

  /** A kill is only worth something while requests are on the wire. */
  async function untilSent(more: number): Promise<void> {
    const accepted = () => sandbox.control.stats().apns.accepted
    await expect.poll(accepted, patience).toBeGreaterThanOrEqual(accepted() + more)
  }

  function readMessage(): Promise<Message> {
    return createApi(server.address, secretKey)('GET', `/v1/messages/${accepted.id}`)
  }

  async function waitUntilFinished(): Promise<Message> {
    for (;;) {
      const message = await readMessage()
      if (message.status === 'finished') return message
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
})
