import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, expect, test, vi } from 'vitest'
import { connect, secureContextOf } from './connect.ts'
import type { Job } from './connection.ts'
import type { Answer } from './sender.ts'
import { startTestServer } from './testing/index.ts'

const closing: AsyncDisposable[] = []
afterEach(async () => {
  for (const open of closing.splice(0)) await open[Symbol.asyncDispose]()
})

function jobOf(resolve: (answers: Answer[]) => void): Job {
  const batch = { answers: [], open: 1, resolve }
  return { request: { path: '/', headers: {}, body: '' }, varying: [], batch, index: 0, resent: false }
}

test.each([
  'h2',
  'http/1.1',
] as const)('%s: a connection closes when it has been idle for long enough, and not while it is busy', async (protocol) => {
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
  const options = { origin: new URL(server.origin), timeoutMs: 5000, idleMs, limit: () => 10, events }
  const context = secureContextOf({ origin: server.origin, ca: server.ca })
  const { signal } = new AbortController()
  const connection = await connect({ protocols: [protocol], lookup: undefined }, context, options, signal)
  if ('connectFailure' in connection) throw new Error(connection.connectFailure)
  const [answer] = await new Promise<Answer[]>((resolve) => connection.start(jobOf(resolve)))
  expect(answer).toMatchObject({ status: 200 })
  expect(events.closed).not.toHaveBeenCalled()
  await vi.waitFor(() => expect(events.closed).toHaveBeenCalledExactlyOnceWith(connection))
  expect(connection.room).toBe(0)
})
