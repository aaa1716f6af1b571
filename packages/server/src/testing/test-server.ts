import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../00-kernel/index.ts'
import { type Overrides, startServer } from '../start-server.ts'
import { openTestStore } from './test-store.ts'

export interface TestAnswer {
  status: number
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the API answered.
  body: any
  headers: Headers
}

/** The whole server on a free port and a fresh database, with a client that is signed in by a secret key. */
export async function startTestServer(environment: Record<string, string> = {}, overrides: Overrides = {}) {
  const dataDir = await mkdtemp(join(tmpdir(), 'carillon-test-'))
  const key = 'sk_test0000000000000000'
  const store = overrides.store ?? (await openTestStore())
  const config = readConfig({
    PORT: '0',
    DATA_DIR: dataDir,
    LOG_LEVEL: 'error',
    WORKER_THREADS: '0',
    CARILLON_SECRET_KEY: key,
    ...environment,
  })
  const server = await startServer(config, { consoleDir: null, ...overrides, store })

  async function request(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<TestAnswer> {
    const answer = await fetch(server.address + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    })
    const text = await answer.text()
    const isJson = /[/+]json/.test(answer.headers.get('content-type') ?? '')
    return { status: answer.status, body: isJson && text ? JSON.parse(text) : text, headers: answer.headers }
  }

  return {
    ...server,
    key,
    store,
    dataDir,
    request,
    close: async () => {
      await server[Symbol.asyncDispose]()
      if (!overrides.store) await store[Symbol.asyncDispose]()
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}
