import { randomBytes } from 'node:crypto'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog, createVault } from '../00-kernel/index.ts'
import { openTestStore } from '../testing/test-store.ts'
import { createHttpServer } from './http-server.ts'

let store: Awaited<ReturnType<typeof openTestStore>>
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store[Symbol.asyncDispose]())

test('a request that trickles in is given up, and Node looks for such requests', async () => {
  const app = await createHttpServer({
    store,
    vault: createVault(randomBytes(32)),
    log: createLog('silent'),
    metrics: new Registry(),
    openApi: '{}',
    docsPage: '',
    isStopping: () => false,
    routes: [],
    sandboxUrl: null,
    consoleDir: null,
    isHttps: false,
  })
  expect(app.server.requestTimeout).toBe(300_000)
  expect(app.server.headersTimeout).toBeLessThanOrEqual(app.server.requestTimeout)
  await app.close()
})
