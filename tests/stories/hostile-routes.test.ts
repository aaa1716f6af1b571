import { type Endpoint, endpoints } from '@carillon/contract'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { callRaw, faultOf, type HostileAnswer } from './hostile-call.ts'
import { requestsTo } from './hostile-requests.ts'
import { foreignMark, openWorld, readFingerprint, type World } from './hostile-world.ts'

/** Requests to each operation; with the same seed a failure comes again. */
const runs = Number(process.env.HOSTILE_RUNS ?? 40)
const seed = Number(process.env.HOSTILE_SEED ?? 20_260_101)

let world: World
beforeAll(async () => {
  world = await openWorld()
}, 120_000)
afterAll(() => world.close())

describe('whatever is sent, nothing breaks and nothing is half written', () => {
  test.each(casesOf((endpoint) => endpoint.method !== 'DELETE'))('%s', { timeout: 600_000 }, bombard)
})

test('everything that was accepted comes to an end', { timeout: 300_000 }, async () => {
  await world.api('POST', `/v1/apps/${world.app.id}/publish`)
  // Whoever is held for quiet hours would come to their end in the morning.
  await world.api('PUT', '/v1/settings', { quiet_hours: { enabled: false } })
  const workers = await world.startWorkers()
  try {
    await expect.poll(() => stillGoing(world), { timeout: 60_000, interval: 250 }).toEqual([])
  } finally {
    await workers.close()
  }
})

test('everything that was accepted can be read', { timeout: 300_000 }, async () => {
  for (const endpoint of endpoints) {
    if (endpoint.method !== 'GET' || endpoint.contentType) continue
    for (const path of await readablePaths(endpoint)) {
      const answer = await callRaw(world.server.address, { method: 'GET', path, headers: authorised() })
      expect([path, faultOf(answer), mismatchOf(endpoint, answer)]).toEqual([path, null, null])
    }
  }
})

describe('whatever is deleted, nothing breaks', () => {
  test.each(casesOf((endpoint) => endpoint.method === 'DELETE'))('%s', { timeout: 600_000 }, bombard)
})

test('a path answers methods that it does not take with 405 and names those it takes', async () => {
  const paths = [...new Set(endpoints.map(({ path }) => path))]
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND']
  for (const path of paths) {
    const concrete = path.replace('{platform}', 'apns').replace(/\{[^}]+\}/g, world.own.app)
    // `/v1/messages/preview` could also be a message.
    const taken = endpoints.filter((each) => patternOf(each.path).test(concrete)).map((each) => each.method)
    for (const method of methods.filter((each) => !(taken as string[]).includes(each))) {
      const answer = await callRaw(world.server.address, { method, path: concrete, headers: authorised() })
      expect([method, path, answer.status, faultOf(answer)]).toEqual([method, path, 405, null])
      expect(answer.headers.allow?.split(', ')).toEqual(expect.arrayContaining(taken))
    }
  }
})

function casesOf(wanted: (endpoint: Endpoint) => boolean): (readonly [string, Endpoint])[] {
  return endpoints
    .filter(wanted)
    .map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const)
}

async function bombard(_title: string, endpoint: Endpoint): Promise<void> {
  let before = await readFingerprint(world.store)
  const property = fc.asyncProperty(requestsTo(endpoint, world), async (request) => {
    const answer = await callRaw(world.server.address, request)
    expect(faultOf(answer) ?? mismatchOf(endpoint, answer)).toBe(null)
    const isForeigner = request.headers?.authorization?.includes(world.foreignKey)
    if (!isForeigner) expect(answer.text).not.toContain(foreignMark)
    if (endpoint.method === 'GET') return
    const after = await readFingerprint(world.store)
    if (answer.status >= 400) expect(after).toBe(before)
    before = after
  })
  // The database remembers every run, so a smaller example would be another one.
  await fc.assert(property, { numRuns: runs, seed, endOnFailure: true })
  const health = await callRaw(world.server.address, { method: 'GET', path: '/healthz' })
  expect(health.status).toBe(200)
}

function mismatchOf(endpoint: Endpoint, { status, headers, body, text }: HostileAnswer): string | null {
  if (status >= 400) return null
  const expected = [endpoint.status, ...(endpoint.alsoStatus ?? [])]
  if (!expected.includes(status as never)) return `it answers ${status}`
  if (status === 204) return text === '' ? null : 'a 204 has a body'
  if (endpoint.contentType)
    return headers['content-type'] === endpoint.contentType ? null : `it is ${headers['content-type']}`
  const parsed = endpoint.answer?.safeParse(body)
  return parsed?.success === false ? parsed.error.message : null
}

function authorised(): Record<string, string> {
  return { authorization: `Bearer ${world.server.key}` }
}

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}$`)
}

/** Messages and jobs that wait for nothing but us. */
async function stillGoing({ store }: World): Promise<unknown[]> {
  const messages = await store.db
    .selectFrom('messages as m')
    .select(['m.id', 'm.content', 'm.frozen_at'])
    .where('m.start_at', '<=', new Date())
    .where('m.paused_at', 'is', null)
    .where((eb) =>
      eb.or([
        eb('m.frozen_at', 'is', null),
        eb.exists(
          eb
            .selectFrom('batches as b')
            .select('b.id')
            .whereRef('b.message_seq', '=', 'm.seq')
            .where('b.closed_at', 'is', null),
        ),
      ]),
    )
    .execute()
  const jobs = await store.db.selectFrom('jobs').selectAll().where('status', '<>', 'finished').execute()
  return [...messages, ...jobs]
}

/** The addresses of one GET, for all of ours that there is to read. */
async function readablePaths({ path, query }: Endpoint): Promise<string[]> {
  const concrete = path.replace('{platform}', 'apns').replace('{attribute}', 'email').replace('{value}', 'x')
  if (path.endsWith('/why')) return [`/v1/messages/${world.own.message}/why?user_id=${world.own.user}`]
  if (path.startsWith('/v1/deliveries')) return [`/v1/deliveries/${world.own.delivery}`]
  if (!path.includes('{id}'))
    return [concrete + (query?.safeParse({ limit: 200 }).success ? '?limit=200' : '')]
  if (path === '/v1/passes/{id}') return [`/v1/passes/${world.own.pass}`]
  const table = path.split('/')[2]?.replaceAll('-', '_') as 'messages'
  const rows = await world.store.db
    .selectFrom(table)
    .select('id')
    .where('workspace_id', '=', world.server.workspaceId)
    .execute()
  return rows.map(({ id }) => concrete.replace('{id}', id))
}
