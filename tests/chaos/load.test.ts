import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Message } from '@carillon/contract'
import { startSandbox } from '@carillon/sandbox'
import { expect, test } from 'vitest'
import { createApi } from '../../tools/api.ts'
import { seed } from './seed.ts'
import { startServerProcess } from './server-process.ts'

const recipients = Number(process.env.CHAOS_RECIPIENTS ?? 200_000)
const everyMs = 50

test(`while ${recipients} recipients are being sent, the API answers within 100 ms at p99 and memory stays flat`, async () => {
  await using sandbox = await startSandbox()
  const dataDir = await mkdtemp(join(tmpdir(), 'carillon-load-'))
  const key = 'sk_chaos000000000000000'
  const environment = { ...sandbox.env, DATA_DIR: dataDir, CARILLON_SECRET_KEY: key }
  const app = await seed(environment, sandbox, recipients)
  await using server = await startServerProcess(environment)
  const api = createApi(server.address, key)
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
  const peaks = [0.25, 1].map((share) =>
    Math.max(...memory.filter(({ done }) => done > 0 && done <= share * recipients).map(({ mb }) => mb)),
  )
  process.stdout.write(
    `${JSON.stringify({
      recipients,
      seconds: (Date.now() - startedAt) / 1000,
      health_ms: percentiles(taken.health),
      message_ms: percentiles(taken.message),
      peak_mb_first_quarter: peaks[0],
      peak_mb: peaks[1],
    })}\n`,
  )
  expect(message.counts).toMatchObject({ targeted: recipients, sent: recipients })
  expect(percentiles(taken.health).p99).toBeLessThan(100)
  expect(percentiles(taken.message).p99).toBeLessThan(100)
  await server.stop()
  await rm(dataDir, { recursive: true, force: true })
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
