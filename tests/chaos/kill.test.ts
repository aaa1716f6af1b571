import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Message } from '@carillon/contract'
import { startSandbox } from '@carillon/sandbox'
import { expect, test } from 'vitest'
import { createApi } from '../../tools/api.ts'
import { seed } from './seed.ts'
import { startServerProcess } from './server-process.ts'

const recipients = Number(process.env.CHAOS_RECIPIENTS ?? 20_000)
const kills = Number(process.env.CHAOS_KILLS ?? 10)
/** What four batches in work may have on the wire: windows of 250. */
const mostRepeatsPerKill = 4 * 250

test(`kill -9 ${kills} times during ${recipients} recipients: all end, none is lost, repeats carry their delivery id`, async () => {
  await using sandbox = await startSandbox()
  const dataDir = await mkdtemp(join(tmpdir(), 'carillon-chaos-'))
  const key = 'sk_chaos000000000000000'
  const database: Record<string, string> = process.env.TEST_DATABASE_URL
    ? { DATABASE_URL: process.env.TEST_DATABASE_URL }
    : {}
  const environment = { ...sandbox.env, ...database, DATA_DIR: dataDir, CARILLON_SECRET_KEY: key }
  const app = await seed(environment, sandbox, recipients)
  let server = await startServerProcess(environment)
  sandbox.control.record(true)

  const accepted = await createApi(server.address, key)('POST', '/v1/messages', {
    app_id: app.id,
    to: { all: true },
    content: { title: 'Through the storm' },
  })
  let killed = 0
  for (; killed < kills; killed += 1) {
    await untilSending()
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 120))
    await server.kill()
    server = await startServerProcess(environment)
    const { status } = await readMessage()
    if (status === 'finished') break
  }
  const message = await waitUntilFinished()
  const deliveries = Object.values(sandbox.control.deliveries('apns'))
  const repeats = deliveries.reduce((sum, times) => sum + times - 1, 0)
  process.stdout.write(`killed ${killed} times; ${deliveries.length} deliveries, ${repeats} repeats\n`)

  expect(message.counts).toMatchObject({
    targeted: recipients,
    sent: recipients,
    pending: 0,
    failed: 0,
    excluded: 0,
  })
  expect(deliveries).toHaveLength(recipients)
  expect(repeats).toBeLessThanOrEqual(killed * mostRepeatsPerKill)
  await server.stop()
  await rm(dataDir, { recursive: true, force: true })

  /** A kill is only worth something while requests are on the wire. */
  async function untilSending(): Promise<void> {
    const before = sandbox.control.stats().apns.accepted
    while (sandbox.control.stats().apns.accepted === before)
      await new Promise((resolve) => setTimeout(resolve, 2))
  }

  function readMessage(): Promise<Message> {
    return createApi(server.address, key)('GET', `/v1/messages/${accepted.id}`)
  }

  async function waitUntilFinished(): Promise<Message> {
    for (;;) {
      const message = await readMessage()
      if (message.status === 'finished') return message
      await new Promise((resolve) => setTimeout(resolve, 250))
    }
  }
})
