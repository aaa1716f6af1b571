import { readFile } from 'node:fs/promises'
import type { Message } from '@carillon/contract'
import { startSandbox } from '@carillon/sandbox'
import { expect, test } from 'vitest'
import { createApi } from '../../tools/api.ts'
import { seed } from './seed.ts'
import { createServerHome, secretKey } from './server-home.ts'
import { startServerProcess } from './server-process.ts'

const recipients = Number(process.env.CHAOS_RECIPIENTS ?? 200_000)
const everyMs = 50
/** The highest of the whole run, measured by the highest of its first quarter. */
const mostGrowth = 1.25

test(`while ${recipients} recipients are being sent, the API answers within 100 ms at p99 and memory stays flat`, async () => {
  await using sandbox = await startSandbox()
  await using home = await createServerHome(sandbox)
  const app = await seed(home.environment, sandbox, recipients)
  await using server = await startServerProcess(home.environment)
  const api = createApi(server.address, secretKey)
  const segment = await api('POST', '/v1/segments', {
    name: 'Gold',
    conditions: [{ number: 1, attribute: 'tier', operator: 'equals', value: 'gold' }],
  })
  const startedAt = Date.now()
  const { id } = await api('POST', '/v1/messages', {
    app_id: app.id,
    to: { segment_ids: [segment.id] },
    content: { title: 'Hello {{ user.first_name }}', body: '{{ user.city }}' },
  })

  const taken = { health: [] as number[], message: [] as number[] }
  const memory: { done: number; mb: number }[] = []
  let message: Message | null = null
  while (message?.status !== 'finished') {
    const turn = Date.now()
    const [, read] = await Promise.all([
      timed(taken.health, () => fetch(`${server.address}/healthz`)),
      timed(taken.message, () => api('GET', `/v1/messages/${id}`)),
    ])
    message = read as Message
    memory.push({ done: message.counts.sent, mb: await residentMegabytes(server.process.pid) })
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, everyMs - (Date.now() - turn))))
  }
  const peakUntil = (share: number) =>
    Math.max(...memory.filter(({ done }) => done <= share * recipients).map(({ mb }) => mb))
  const [early, peak] = [peakUntil(0.25), peakUntil(1)]
  process.stdout.write(
    `${JSON.stringify({
      recipients,
      seconds: (Date.now() - startedAt) / 1000,
      health_ms: percentiles(taken.health),
      message_ms: percentiles(taken.message),
      peak_mb_first_quarter: early,
      peak_mb: peak,
    })}\n`,
  )
  expect(message.counts).toMatchObject({ targeted: recipients, sent: recipients })
  // Softly, so that one figure that is off does not hide the others.
  expect.soft(percentiles(taken.health).p99).toBeLessThan(100)
  expect.soft(percentiles(taken.message).p99).toBeLessThan(100)
  expect.soft(peak).toBeLessThanOrEqual(mostGrowth * early)
  await server.stop()
})

async function timed<T>(into: number[], ask: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const answer = await ask()
  into.push(performance.now() - start)
  return answer
}

function percentiles(values: number[]) {
  const sorted = [...values].sort((a, b) => a - b)
  const at = (share: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10
  return { n: sorted.length, p50: at(0.5), p99: at(0.99), max: at(1) }
}

async function residentMegabytes(pid: number | undefined): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024)
}
