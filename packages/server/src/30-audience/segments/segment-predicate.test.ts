import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../00-kernel/index.ts'
import { explainMembership, segmentPredicate } from './index.ts'
import { naming, type SegmentWorld, startSegmentWorld } from './testing/segment-world.ts'

let world: SegmentWorld
beforeAll(async () => {
  world = await startSegmentWorld()
})
afterAll(() => world.close())

const now = new Date()

describe('members', () => {
  test('of several segments are their union, less the excluded', async () => {
    const mark = newId()
    const [red, blue, both] = [
      await world.createUser({ mark, red: true, email: `r${mark}@example.com` }),
      await world.createUser({ mark, blue: true, email: `b${mark}@example.com` }),
      await world.createUser({ mark, red: true, blue: true, email: `rb${mark}@example.com` }),
    ]
    const having = (attribute: string) =>
      world.createSegment({
        conditions: [
          { number: 1, attribute: 'mark', operator: 'equals', value: mark },
          { number: 2, attribute, operator: 'equals', value: true },
        ],
      })
    const [reds, blues] = [await having('red'), await having('blue')]
    expect(await world.membersOf([reds.id, blues.id])).toEqual([red, blue, both].sort())
    expect(await world.membersOf([reds.id], [blues.id])).toEqual([red])
    expect(await world.membersOf([reds.id.toUpperCase()])).toEqual([red, both].sort())
    expect(await world.membersOf([])).toEqual([])
    const nested = await world.createSegment({ ...naming(reds.id, blues.id), definition: '1 AND NOT 2' })
    expect(await world.membersOf([nested.id])).toEqual([red])
  })

  test('the evaluation decides, in the database as on paper', async () => {
    const id = await world.createUser({ email: `${newId()}@example.com` })
    const isMe = { attribute: 'email', operator: 'exists' }
    const conditions = [
      { number: 1, ...isMe },
      { number: 2, ...isMe },
      { number: 3, attribute: 'email', operator: 'not_exists' },
    ]
    const definition = '1 OR 2 AND 3'
    const standard = await world.createSegment({ conditions, definition })
    const leftToRight = await world.createSegment({ conditions, definition, evaluation: 'left_to_right' })
    expect(await world.membersOf([standard.id])).toContain(id)
    expect(await world.membersOf([leftToRight.id])).toEqual([])
  })

  test('the longest and deepest definition that is taken can be evaluated', async () => {
    const definition = `1${'AND1OR1'.repeat(571)}`
    const chain = await world.request(
      'POST',
      '/v1/segments',
      world.germans({ definition, evaluation: 'left_to_right' }),
    )
    expect([chain.status, chain.body.code]).toEqual([422, 'invalid_segment'])
    const long = await world.createSegment({
      definition: `1${'AND1OR1'.repeat(499)}`,
      evaluation: 'left_to_right',
    })
    expect(await world.membersOf([long.id])).toEqual([])
    const deep = await world.createSegment({ definition: `${'(NOT '.repeat(25)}1${')'.repeat(25)}` })
    expect(await world.membersOf([deep.id])).not.toEqual([])
  })

  test('four segments of a thousand conditions on dates fit into one statement, five are refused', async () => {
    const conditions = [{ number: 1, attribute: 'seen', operator: 'more_than_days_ago', value: 30 }]
    const ids: string[] = []
    for (let i = 0; i < 5; i += 1)
      ids.push((await world.createSegment({ conditions, definition: `1${'OR1'.repeat(999)}` })).id)
    expect(await world.membersOf(ids.slice(0, 4))).toEqual([])
    await expect(world.membersOf(ids)).rejects.toMatchObject({ code: 'invalid_segment' })
  })

  test('an unknown segment is a problem, never an empty exclusion', async () => {
    const { id } = await world.createSegment()
    const asked = { include: [id], exclude: [newId()] }
    const call = segmentPredicate(world.store.db, world.workspaceId, asked, now)
    await expect(call).rejects.toMatchObject({ code: 'invalid_segment' })
  })

  test('the planner expects as many members from ten conditions as from one', async () => {
    const condition = (number: number) => ({ number, attribute: 'age', operator: 'greater', value: number })
    const one = await world.createSegment({ conditions: [condition(1)] })
    const ten = await world.createSegment({
      conditions: Array.from({ length: 10 }, (_, i) => condition(i + 1)),
    })
    const expected = async (id: string) => {
      const asked = { include: [id], exclude: [] }
      const predicate = await segmentPredicate(world.store.db, world.workspaceId, asked, now)
      const { rows } = await sql<{ 'QUERY PLAN': { Plan: { 'Plan Rows': number } }[] }>`
        explain (format json) select from users u where ${predicate}`.execute(world.store.db)
      return rows[0]?.['QUERY PLAN'][0]?.Plan['Plan Rows']
    }
    expect(await expected(ten.id)).toBe(await expected(one.id))
  })
})

describe('behaviour', () => {
  test('received, opened and clicked ask for any message or for one', async () => {
    const app = await world.createApp()
    const [first, second] = [await world.seedMessage(app), await world.seedMessage(app)]
    const mark = newId()
    const user = (name: string) => world.createUser({ mark, email: `${name}.${mark}@example.com` })
    const [reader, clicker, ignorer, stranger] = [
      await user('reader'),
      await user('clicker'),
      await user('ignorer'),
      await user('stranger'),
    ]
    await world.seedDelivery(first.seq, reader, ['received', 'opened'])
    await world.seedDelivery(second.seq, clicker, ['opened', 'clicked'])
    await world.seedDelivery(first.seq, ignorer, ['dismissed'])
    const members = async (operator: string, value?: string) => {
      const ofMark = { number: 1, attribute: 'mark', operator: 'equals', value: mark }
      const segment = await world.createSegment({ conditions: [ofMark, { number: 2, operator, value }] })
      return world.membersOf([segment.id])
    }
    expect(await members('opened')).toEqual([reader, clicker].sort())
    expect(await members('opened', first.id)).toEqual([reader])
    expect(await members('opened', first.id.toUpperCase())).toEqual([reader])
    expect(await members('received')).toEqual([reader])
    expect(await members('clicked', second.id)).toEqual([clicker])
    expect(await members('clicked', first.id)).toEqual([])
    const unmoved = await world.createSegment({
      conditions: [
        { number: 1, attribute: 'mark', operator: 'equals', value: mark },
        { number: 2, operator: 'opened' },
      ],
      definition: '1 AND NOT 2',
    })
    expect(await world.membersOf([unmoved.id])).toEqual([ignorer, stranger].sort())
  })
})

describe('why a person is in a segment or not', () => {
  test('each condition is told in words, with what was found', async () => {
    const app = await world.createApp()
    const message = await world.seedMessage(app)
    const id = await world.createUser({
      country: 'FR',
      last_session: '2026-01-02',
      email: `${newId()}@example.com`,
    })
    await world.seedDelivery(message.seq, id, ['opened'], new Date('2026-01-05T10:00:00Z'))
    const french = await world.createSegment({
      conditions: [{ number: 1, attribute: 'country', operator: 'equals', value: 'FR' }],
    })
    const segment = await world.createSegment({
      conditions: [
        { number: 7, operator: 'in_segment', value: french.id },
        { number: 3, attribute: 'last_session', operator: 'within_last_days', value: 7 },
        { number: 1, attribute: 'country', operator: 'equals', value: 'DE' },
        { number: 4, operator: 'opened', value: message.id },
        { number: 5, operator: 'clicked' },
        { number: 6, attribute: 'plan', operator: 'not_in', value: ['a', 'b', 'c', 'd', 'e', 'f', 'g'] },
      ],
      definition: '(1 OR 7) AND 3',
    })
    const explanation = await explainMembership(
      world.store.db,
      world.workspaceId,
      segment.id,
      id,
      new Date('2026-01-10T00:00:00Z'),
    )
    expect(explanation.passed).toBe(false)
    const { conditions } = explanation
    expect(conditions.map(({ number, text, passed }) => [number, text, passed])).toEqual([
      [1, 'country equals "DE"', false],
      [3, 'last_session within last 7 days', false],
      [4, `opened message ${message.id}`, true],
      [5, 'clicked any message', false],
      [6, 'plan is none of "a", "b", "c", "d", "e" and 2 more', true],
      [7, `in segment "${french.name}"`, true],
    ])
    const [country, session, opened, clicked, plan, member] = conditions.map(({ actual }) => actual)
    expect([country, session, clicked, plan, member]).toEqual(['FR', '2026-01-02', null, null, true])
    expect(new Date(String(opened)).toISOString()).toBe('2026-01-05T10:00:00.000Z')
  })

  test('a segment without conditions is explained by its definition alone', async () => {
    const { id } = await world.createSegment({ conditions: [] })
    const user = await world.createUser({ email: `${newId()}@example.com` })
    expect(await explainMembership(world.store.db, world.workspaceId, id, user, now)).toEqual({
      passed: true,
      conditions: [],
    })
  })

  test('an unknown person or segment is not found', async () => {
    const { id } = await world.createSegment()
    for (const [segment, user] of [
      [id, newId()],
      [newId(), newId()],
    ] as const) {
      const call = explainMembership(world.store.db, world.workspaceId, segment, user, now)
      await expect(call).rejects.toMatchObject({ code: 'not_found' })
    }
  })
})
