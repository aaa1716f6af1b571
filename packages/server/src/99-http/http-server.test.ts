import { randomBytes } from 'node:crypto'
import { Registry } from 'prom-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLog, createVault } from '../00-kernel/index.ts'
import { startTestServer } from '../testing/test-server.ts'
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

test('whoever guesses at keys is slowed down, and whoever has one is not', async () => {
  const server = await startTestServer({}, { store })
  const guess = () =>
    server.request('GET', '/v1/apps', undefined, { authorization: 'Bearer sk_wrong000000000000000' })
  const statuses: number[] = []
  while (!statuses.includes(429) && statuses.length < 1_000) statuses.push((await guess()).status)
  expect(statuses[0]).toBe(401)
  expect(statuses.at(-1)).toBe(429)
  expect((await server.request('GET', '/v1/apps')).status).toBe(200)
  await server.close()
})

test('a sandbox that does not answer is a 503', async () => {
  const server = await startTestServer({ SANDBOX_URL: 'http://127.0.0.1:1' }, { store })
  expect(await server.request('GET', '/sandbox/phones')).toMatchObject({
    status: 503,
    body: { code: 'unavailable' },
  })
  await server.close()
})
