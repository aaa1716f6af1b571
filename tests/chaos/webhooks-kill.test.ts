import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startSandbox } from '@carillon/sandbox'
import { expect, test } from 'vitest'
import { createApi } from '../../tools/api.ts'
import { createSampleApp } from '../../tools/sample-app.ts'
import { startReceiver } from '../stories/webhook-receiver.ts'
import { createServerHome, secretKey } from './server-home.ts'
import { startServerProcess } from './server-process.ts'

const kills = Number(process.env.CHAOS_KILLS ?? 5)
const messagesPerLife = 20

test(`kill -9 ${kills} times while webhooks are sent: every event arrives, and a repeated one has its id`, async () => {
  const receiver = await startReceiver()
  await using sandbox = await startSandbox()
  await using home = await createServerHome(sandbox)
  const trusted = join(home.environment.DATA_DIR as string, 'trusted.pem')
  await writeFile(
    trusted,
    (await readFile(sandbox.env.NODE_EXTRA_CA_CERTS as string, 'utf8')) + receiver.caPem,
  )
  const environment = {
    ...home.environment,
    NODE_EXTRA_CA_CERTS: trusted,
    ALLOW_PRIVATE_TARGETS: `${sandbox.env.ALLOW_PRIVATE_TARGETS},${receiver.host}`,
  }
  let server = await startServerProcess(environment)
  let api = createApi(server.address, secretKey)
  const app = await createSampleApp(api, 'Killed')
  await api('POST', '/v1/webhooks', { url: `${receiver.origin}/hook`, types: ['message.accepted'] })
  const accepted: string[] = []
  for (let life = 0; life < kills; life++) {
    const before = receiver.received.length
    const sent = sendSome()
    // In the middle of it: some have arrived and not all.
    await expect
      .poll(() => receiver.received.length - before, { interval: 1, timeout: 30_000 })
      .toBeGreaterThan(3)
    await server.kill()
    await sent
    server = await startServerProcess(environment)
    api = createApi(server.address, secretKey)
  }
  const arrived = () => new Set(receiver.received.map(({ event }) => event.data.message_id))
  await expect
    .poll(() => accepted.filter((id) => !arrived().has(id)), { interval: 100, timeout: 60_000 })
    .toEqual([])
  const idsOf = Map.groupBy(receiver.received, ({ event }) => event.data.message_id as string)
  for (const each of idsOf.values()) expect(new Set(each.map(({ id }) => id)).size).toBe(1)
  const repeats = receiver.received.length - idsOf.size
  process.stdout.write(`${JSON.stringify({ kills, accepted: accepted.length, repeats })}\n`)
  await server.stop()
  await receiver.close()

  /** Until all are accepted or the server is gone; only what was answered counts. */
  async function sendSome(): Promise<void> {
    for (let i = 0; i < messagesPerLife; i++) {
      const answer = await api('POST', '/v1/messages', {
        app_id: app.id,
        to: { all: true },
        content: { title: String(i) },
      }).catch(() => null)
      if (!answer) return
      accepted.push(answer.id)
    }
  }
})
