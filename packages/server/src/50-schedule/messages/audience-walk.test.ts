import { type Audience, pushPlatforms } from '@carillon/contract'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { newId, type Tx } from '../../00-kernel/index.ts'
import { usersBy } from '../../30-audience/index.ts'
import {
  naming,
  type SegmentWorld,
  startSegmentWorld,
} from '../../30-audience/segments/testing/segment-world.ts'
import { estimateAudience, walkAudience } from './audience-walk.ts'

let world: SegmentWorld
beforeAll(async () => {
  world = await startSegmentWorld()
})
afterAll(() => world?.close())

interface Line {
  user_id: string | null
  subscription_id: string | null
}

/** A new app with the devices of Ada (two), Bob, Cleo (none) and of nobody; Ada and Cleo are in the segment. */
let cast: Awaited<ReturnType<typeof arrange>>
beforeEach(async () => {
  cast = await arrange()
})

async function arrange() {
  const mark = `m${newId().replaceAll('-', '')}`
  const app = await world.createApp()
  const isVip = (value: boolean) => ({ number: 1, attribute: mark, operator: 'equals', value })
  const segment = await world.createSegment({ conditions: [isVip(true)] })
  const user = (name: string, isIn: boolean) =>
    world.createUser({ email: `${name}.${mark}@example.com`, [mark]: isIn })
  const [ada, bob, cleo] = [await user('ada', true), await user('bob', false), await user('cleo', true)]
  const device = async (token: string, of: string | null): Promise<Line> => {
    const address = { app_id: app, platform: 'fcm', token: `${token}-${mark}` }
    const { status, body } = await world.request('POST', '/v1/subscriptions', {
      ...address,
      ...(of ? { user_id: of } : {}),
    })
    expect(status).toBe(201)
    return { user_id: of, subscription_id: body.id }
  }
  const devices = {
    ada: [await device('ada-1', ada), await device('ada-2', ada)],
    bob: [await device('bob-1', bob)],
    cleo: [{ user_id: cleo, subscription_id: null }],
    nobody: [await device('nobody-1', null)],
  }
  return { mark, app, segment: segment.id, ada, bob, cleo, devices }
}

/** Everybody met, step by step; what the estimate says is held against it. */
async function met(to: Audience, stepKeys = 2): Promise<Line[]> {
  const whom = {
    workspaceId: world.workspaceId,
    appId: cast.app,
    platforms: pushPlatforms,
    to,
    now: new Date(),
  }
  const lines: Line[] = []
  let position = {}
  for (;;) {
    const { candidates, next } = await walkAudience(world.store.db, { ...whom, stepKeys }, position)
    lines.push(...candidates.map(({ user_id, subscription_id }) => ({ user_id, subscription_id })))
    if (!next) break
    position = next
  }
  expect(await estimateAudience(world.store.db, whom)).toBe(lines.length)
  return lines
}

/** Lines in the order of their keys, as a walk meets them. */
function lines(...of: (keyof typeof cast.devices)[]): Line[] {
  return of.flatMap<Line>((name) => cast.devices[name])
}
const alone = (devices: Line[]) => devices.map((device) => ({ ...device, user_id: null }))
const emails = (...names: string[]) => names.map((name) => `${name}.${cast.mark}@example.com`)

describe('an exclusion leaves out the people of its segments', () => {
  const excluding = (to: Audience): Audience => ({ ...to, exclude_segment_ids: [cast.segment] })

  test('beside everybody; a device without a person stays', async () => {
    expect(await met({ all: true })).toEqual(alone(lines('ada', 'bob', 'nobody')))
    expect(await met(excluding({ all: true }))).toEqual(alone(lines('bob', 'nobody')))
  })

  test('beside devices that are named', async () => {
    const named = lines('nobody', 'ada').map(({ subscription_id }) => subscription_id as string)
    expect(await met({ subscription_ids: named })).toEqual(alone(lines('ada', 'nobody')))
    expect(await met(excluding({ subscription_ids: named }))).toEqual(alone(lines('nobody')))
  })

  test('beside people who are named', async () => {
    const named = { user_ids: [cast.cleo, cast.bob, cast.ada] }
    expect(await met(named)).toEqual(lines('ada', 'bob', 'cleo'))
    expect(await met(excluding(named))).toEqual(lines('bob'))
  })

  test('beside people of an attribute', async () => {
    const named = { users_by: { attribute: 'email', values: emails('ada', 'bob', 'cleo') } }
    expect(await met(named)).toEqual(lines('ada', 'bob', 'cleo'))
    expect(await met(excluding(named))).toEqual(lines('bob'))
  })

  test('beside other segments', async () => {
    const conditions = [{ number: 1, attribute: cast.mark, operator: 'exists' }]
    const { id } = await world.createSegment({ conditions })
    expect(await met({ segment_ids: [id] }, 500)).toEqual(lines('ada', 'bob', 'cleo'))
    expect(await met(excluding({ segment_ids: [id] }), 500)).toEqual(lines('bob'))
  })

  test('whichever of several segments they are in, and whatever segment that one names', async () => {
    const all = { all: true } as const
    const { id: empty } = await world.createSegment(naming(cast.segment))
    const exclude_segment_ids = [(await world.createSegment()).id, empty]
    expect(await met({ ...all, exclude_segment_ids })).toEqual(alone(lines('bob', 'nobody')))
    expect(await met({ ...all, exclude_segment_ids: [] })).toEqual(alone(lines('ada', 'bob', 'nobody')))
  })

  test('in the message that the API takes, and in what it estimates', async () => {
    const message = {
      app_id: cast.app,
      to: excluding({ all: true }),
      content: { title: 'Hello' },
      dry_run: true,
    }
    const { status, body } = await world.request('POST', '/v1/messages', message)
    expect([status, body.estimated_recipients]).toEqual([202, 2])
    const targeted = async () => (await world.request('GET', `/v1/messages/${body.id}`)).body.counts.targeted
    await expect.poll(targeted).toBe(2)
    const { body: why } = await world.request('GET', `/v1/messages/${body.id}/why?user_id=${cast.ada}`)
    expect([why.targeted, why.answer]).toEqual([false, expect.stringContaining('leaves out the segment')])
  })

  test('and with more conditions than one statement can hold is refused, not dropped', async () => {
    const conditions = [{ number: 1, attribute: 'seen', operator: 'more_than_days_ago', value: 30 }]
    const ids: string[] = []
    for (let i = 0; i < 6; i += 1)
      ids.push((await world.createSegment({ conditions, definition: `1${'OR1'.repeat(999)}` })).id)
    const to = { segment_ids: ids.slice(0, 3), exclude_segment_ids: ids.slice(3) }
    await expect(met(to)).rejects.toMatchObject({ code: 'invalid_segment' })
  })
})

/** How the database would look them up by email if the table were large. */
function planOf(values: string[]): Promise<string> {
  return world.store.db.transaction().execute(async (tx) => {
    const { ids } = await usersBy(tx, world.workspaceId, { attribute: 'email', values })
    await sql`set local enable_seqscan = off`.execute(tx)
    const { rows } = await sql`explain ${ids}`.execute(tx)
    return JSON.stringify(rows)
  })
}

describe('people by the reconciliation key', () => {
  const by = (...values: string[]): Audience => ({ users_by: { attribute: 'email', values } })

  test('are found by any writing that registering takes for the same', async () => {
    const [ada] = emails('ada') as [string]
    for (const value of [ada.toUpperCase(), `  ${ada}\n`, ada])
      expect(await met(by(value))).toEqual(lines('ada'))
    expect(await met(by(ada, ada.toUpperCase()))).toEqual(lines('ada'))
    expect(await met(by(' ', 'nobody@example.com'))).toEqual([])
  })

  test('are told so by the answer why', async () => {
    const to = by(...emails('ada').map((email) => email.toUpperCase()))
    const message = { app_id: cast.app, to, content: { title: 'Hello' }, dry_run: true }
    const { body } = await world.request('POST', '/v1/messages', message)
    const why = async (id: string) =>
      (await world.request('GET', `/v1/messages/${body.id}/why?user_id=${id}`)).body.audience[0].ok
    expect([body.estimated_recipients, await why(cast.ada), await why(cast.bob)]).toEqual([2, true, false])
  })

  test('are looked up by its index: a walk looks at nobody else', async () => {
    const crowd = Array.from({ length: 400 }, () => newId())
    await sql`insert into users (id, workspace_id, reconciliation_value)
      select id, ${world.workspaceId}::uuid, id::text from unnest(${crowd}::uuid[]) as id`.execute(
      world.store.db,
    )
    const whom = {
      workspaceId: world.workspaceId,
      appId: cast.app,
      platforms: pushPlatforms,
      to: by(...emails('ada')),
      now: new Date(),
    }
    const step = await walkAudience(world.store.db, { ...whom, stepKeys: 2 }, {})
    expect([step.candidates.length, step.next]).toEqual([2, null])
    expect(await planOf(emails('ada'))).toContain('users_by_reconciliation')
  })

  test('are found by the new key from the moment that it is replaced', async () => {
    const db = world.store.db
    const before = await db
      .selectFrom('workspaces')
      .select('settings')
      .where('id', '=', world.workspaceId)
      .executeTakeFirstOrThrow()
    await world.request('POST', '/v1/attributes', { name: 'member', type: 'string' })
    const member = `M-${cast.mark}@club`
    await world.request('PATCH', `/v1/users/${cast.bob}`, { attributes: { member } })
    await sql`update workspaces set settings = settings || '{"reconciliation_key": "member",
      "reconciling_job_id": "00000000-0000-7000-8000-000000000001"}' where id = ${world.workspaceId}`.execute(
      db,
    )
    const byMember = { users_by: { attribute: 'member', values: [member.toUpperCase()] } }
    try {
      expect(await met(byMember, 500)).toEqual(lines('bob'))
    } finally {
      await db
        .updateTable('workspaces')
        .set({ settings: JSON.stringify(before.settings) })
        .execute()
    }
  })
})

test('people by another attribute are those with exactly that text', async () => {
  const by = (value: string): Audience => ({ users_by: { attribute: cast.mark, values: [value] } })
  expect(await met(by('true'), 500)).toEqual(lines('ada', 'cleo'))
  expect(await met(by('TRUE'), 500)).toEqual([])
})

test('people by an identifier are found letter by letter', async () => {
  const code = `Code ${cast.mark}`
  await world.request('PATCH', `/v1/users/${cast.bob}`, { identifiers: { code } })
  const byCode = (...values: string[]) => met({ users_by: { attribute: 'code', values } })
  expect(await byCode(code)).toEqual(lines('bob'))
  expect(await byCode(code.toLowerCase())).toEqual([])
})

test('a step reads the people of its keys and their devices, however many others there are', async () => {
  const isOver = new Error('nothing of this is to stay')
  const crowd = world.store.db.transaction().execute(async (tx) => {
    await sql`
      with person as (
        insert into users (id, workspace_id, attributes)
        select ('ffffffff-ffff-7fff-bfff-' || lpad(to_hex(n), 12, '0'))::uuid, ${world.workspaceId}::uuid,
          jsonb_build_object(${cast.mark}::text, true)
        from generate_series(1, 20000) as n
        returning id
      )
      insert into subscriptions (id, workspace_id, app_id, platform, token, token_hash, user_id)
      select id, ${world.workspaceId}::uuid, ${cast.app}::uuid, 'fcm', id, sha256(id::text::bytea), id from person`.execute(
      tx,
    )
    for (const table of ['users', 'subscriptions']) await sql`analyze ${sql.table(table)}`.execute(tx)
    const whom = {
      workspaceId: world.workspaceId,
      appId: cast.app,
      platforms: pushPlatforms,
      now: new Date(),
    }
    const position = {
      after: 'ffffffff-ffff-7fff-bfff-000000002000',
      upTo: 'ffffffff-ffff-ffff-ffff-ffffffffffff',
    }
    for (const to of [{ segment_ids: [cast.segment] }, { all: true } as const]) {
      const before = await rowsRead(tx)
      const { candidates } = await walkAudience(tx, { ...whom, to, stepKeys: 500 }, position)
      expect(candidates).toHaveLength(500)
      // The keys, to find where the step ends; then what has them, and what belongs to it.
      expect((await rowsRead(tx)) - before).toBeLessThan(1510)
    }
    throw isOver
  })
  await expect(crowd).rejects.toBe(isOver)
})

/** Of people and devices, by this transaction. */
async function rowsRead(tx: Tx): Promise<number> {
  const { rows } = await sql<{ n: number }>`
    select sum(seq_tup_read + idx_tup_fetch) as n from pg_stat_xact_user_tables
    where relname in ('users', 'subscriptions')`.execute(tx)
  return rows[0]?.n ?? 0
}
