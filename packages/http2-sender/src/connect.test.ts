import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { createConnector } from './connect.ts'
import type { Job } from './connection.ts'
import { ownHttp2 } from './h2/own-connection.ts'
import { nodeHttp2 } from './node-h2-connection.ts'
import type { Answer } from './sender.ts'
import { startTestServer } from './testing/index.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const open of closing.splice(0)) await open[Symbol.asyncDispose]()
})

function jobOf(resolve: (answers: Answer[]) => void): Job {
  const request = { path: '/', headers: {}, body: '' }
  const batch = { requests: [request], answers: [], open: 1, isUrgent: false, resolve }
  return { request, batch, index: 0, resent: false }
}

test.each([
  ['our h2', 'h2', ownHttp2],
  ['h2 of Node', 'h2', nodeHttp2],
  ['http/1.1', 'http/1.1', ownHttp2],
] as const)('%s: a connection closes when it has been idle for long enough, and not while it is busy', async (_name, protocol, http2) => {
  const idleMs = 100
  const server = await startTestServer({
    protocols: protocol,
    async handle() {
      await delay(idleMs * 3)
      return { status: 200 }
    },
  })
  closing.push(server)
  const events = {
    settled: vi.fn((job: Job, answer: Answer) => job.batch.resolve([answer])),
    freed: vi.fn(),
    pressed: vi.fn(),
    closed: vi.fn(),
  }
  const connector = createConnector({ origin: server.origin, ca: server.ca, protocols: [protocol] }, http2)
  const { origin } = connector
  const options = { origin, timeoutMs: 5000, idleMs, limit: () => 10, maxInFlight: 10, unindexed: [], events }
  const connection = await connector.connect(options, new AbortController().signal)
  if ('connectFailure' in connection) throw new Error(connection.connectFailure)
  const [answer] = await new Promise<Answer[]>((resolve) => connection.start(jobOf(resolve)))
  expect(answer).toMatchObject({ status: 200 })
  expect(events.closed).not.toHaveBeenCalled()
  await vi.waitFor(() => expect(events.closed).toHaveBeenCalledExactlyOnceWith(connection))
  expect(connection.room).toBe(0)
})
