import type { Condition } from '@carillon/contract'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId, type Store } from '../../00-kernel/index.ts'
import { openTestStore, seedWorkspace } from '../../testing/test-store.ts'
import { createCompiler } from './compile-segment.ts'
import { datePatterns, kindOfDate } from './date-text.ts'
import { type Judged, type JudgedCondition, whoMeets } from './testing/who-meets.ts'

let store: Store
let workspaceId: string
beforeAll(async () => {
  store = await openTestStore()
  workspaceId = await seedWorkspace(store)
})
afterAll(() => store[Symbol.asyncDispose]())

const who = (condition: JudgedCondition, people: Judged) => whoMeets(store.db, condition, people)

describe('values of every type', () => {
  const people = {
    text: 'DE',
    lower: 'de',
    digits: '7',
    seven: 7,
    eight: 8,
    yes: true,
    no: false,
    empty: '',
    none: null,
    missing: undefined,
  }
  const everybody = Object.keys(people).sort()
  const but = (...names: string[]) => everybody.filter((name) => !names.includes(name))

  test.each<[Condition['operator'], Condition['value'], string[]]>([
    ['equals', 'DE', ['text']],
    ['equals', '7', ['digits']],
    ['equals', 7, ['seven']],
    ['equals', 7.0, ['seven']],
    ['equals', true, ['yes']],
    ['equals', false, ['no']],
    ['equals', '', ['empty']],
    ['not_equals', 'DE', but('text')],
    ['not_equals', 7, but('seven')],
    ['contains', 'E', ['text']],
    ['contains', '7', ['digits']],
    ['contains', '%', []],
    ['contains', '_', []],
    ['not_contains', 'E', but('text')],
    ['greater', 7, ['eight']],
    ['greater', 6.99, ['eight', 'seven']],
    ['less', 8, ['seven']],
    ['less', -1e300, []],
    ['between', [7, 8], ['eight', 'seven']],
    ['between', [7.5, 100], ['eight']],
    ['in', ['DE', 7, true], ['seven', 'text', 'yes']],
    ['in', ['XX'], []],
    ['not_in', ['DE', 7, true], but('seven', 'text', 'yes')],
    ['exists', undefined, but('missing', 'none')],
    ['not_exists', undefined, ['missing', 'none']],
  ])('%s %j', async (operator, value, expected) => {
    expect(await who({ operator, value }, { people })).toEqual(expected)
  })

  test.each<Condition['operator']>([
    'before',
    'within_last_days',
    'more_than_days_ago',
    'within_next_days',
  ])('%s finds nobody whose value is no date, and is no error', async (operator) => {
    const value = operator === 'before' ? '2999-01-01' : 10
    expect(await who({ operator, value }, { people })).toEqual([])
  })
})

describe('hostile text', () => {
  const hostile = [`'; drop table users; --`, '" or 1=1', '\\', '{"a":1}', '$1', '%', "E'\\x00'", '🔔']

  test('is compared as it stands, as a value, a part of one and in a list', async () => {
    const people = Object.fromEntries(hostile.map((text, i) => [`p${i}`, text]))
    for (const [i, text] of hostile.entries()) {
      expect(await who({ operator: 'equals', value: text }, { people })).toEqual([`p${i}`])
      expect(await who({ operator: 'in', value: [text, 'x'] }, { people })).toEqual([`p${i}`])
      expect(await who({ operator: 'contains', value: text }, { people })).toContain(`p${i}`)
    }
  })

  test('is harmless as the name of an attribute', async () => {
    const people = { one: 1 }
    for (const attribute of [...hostile, '0', '-1', 'a,b'])
      expect(await who({ operator: 'exists', attribute } as never, { people })).toEqual([])
  })
})

describe('whole days, strictly', () => {
  const august = Object.fromEntries([6, 7, 8, 9, 10, 11].map((day) => [day, `2017-08-${pad(day)}`]))
  const on = (day: number) => ({
    people: august,
    type: 'date' as const,
    now: `2017-08-${pad(day)}T15:00:00Z`,
  })

  test('before the day after tomorrow are 6, 7 and 8 August on the 7th: long ago, or within the next 2 days', async () => {
    const past = await who({ operator: 'more_than_days_ago', value: 0 }, on(7))
    const next = await who({ operator: 'within_next_days', value: 2 }, on(7))
    expect([...past, ...next]).toEqual(['6', '7', '8'])
  })

  test('after today are 8 to 11 August on the 7th and the 11th on the 10th', async () => {
    expect((await who({ operator: 'after', value: '2017-08-07' }, on(7))).sort()).toEqual([
      '10',
      '11',
      '8',
      '9',
    ])
    expect(await who({ operator: 'after', value: '2017-08-10' }, on(10))).toEqual(['11'])
    const ahead = await who({ operator: 'within_next_days', value: 2 }, on(10))
    expect(ahead).toEqual(['10', '11'])
  })

  test('the last 2 days are yesterday and today, more than 2 days ago is before both of them and the day before', async () => {
    expect(await who({ operator: 'within_last_days', value: 2 }, on(9))).toEqual(['8', '9'])
    expect(await who({ operator: 'more_than_days_ago', value: 2 }, on(9))).toEqual(['6'])
  })

  test('0 days before or ahead are no days', async () => {
    expect(await who({ operator: 'within_last_days', value: 0 }, on(9))).toEqual([])
    expect(await who({ operator: 'within_next_days', value: 0 }, on(9))).toEqual([])
  })

  test('today is the day in the zone of the workspace', async () => {
    const night = { people: august, type: 'date' as const, now: '2017-08-08T23:30:00Z' }
    expect(await who({ operator: 'within_last_days', value: 1 }, { ...night, timeZone: 'UTC' })).toEqual([
      '8',
    ])
    expect(
      await who({ operator: 'within_last_days', value: 1 }, { ...night, timeZone: 'Europe/Berlin' }),
    ).toEqual(['9'])
  })

  test('an instant belongs to its day in the zone, also when the clocks change', async () => {
    const people = {
      lastInstantBefore: '2026-03-28T22:59:59Z',
      firstInstant: '2026-03-28T23:00:00Z',
      lastInstant: '2026-03-29T21:59:59.999Z',
      firstInstantAfter: '2026-03-29T22:00:00Z',
    }
    const world = { people, now: '2026-03-29T10:00:00Z', timeZone: 'Europe/Berlin' }
    expect(await who({ operator: 'within_last_days', value: 1 }, world)).toEqual([
      'firstInstant',
      'lastInstant',
    ])
    expect(await who({ operator: 'more_than_days_ago', value: 0 }, world)).toEqual(['lastInstantBefore'])
  })
})

describe('dates and instants', () => {
  const people = {
    day4: '2026-01-04',
    day5: '2026-01-05',
    day6: '2026-01-06',
    noon5: '2026-01-05T12:00:00Z',
    eve5: '2026-01-05T23:30:00-02:00',
    other: 'soon',
    number: 20260105,
    missing: undefined,
  }
  const world = { people, type: 'date' as const }

  test.each<[Condition['operator'], Condition['value'], string[]]>([
    ['before', '2026-01-05', ['day4']],
    ['after', '2026-01-05', ['day6', 'eve5']],
    ['less', '2026-01-06', ['day4', 'day5', 'noon5']],
    ['greater', '2026-01-04', ['day5', 'day6', 'eve5', 'noon5']],
    ['before', '2026-01-05T12:00:00Z', ['day4', 'day5']],
    ['after', '2026-01-05T11:59:59Z', ['day6', 'eve5', 'noon5']],
    ['after', '2026-01-05T12:00:00Z', ['day6', 'eve5']],
    ['after', '2026-01-05T00:00:00Z', ['day6', 'eve5', 'noon5']],
    ['between', ['2026-01-04', '2026-01-05'], ['day4', 'day5', 'noon5']],
    ['between', ['2026-01-05T12:00:00Z', '2026-01-06T00:00:00Z'], ['day6', 'noon5']],
    ['between', ['2026-01-05', '2026-01-05T12:00:00Z'], ['day5', 'noon5']],
    ['between', ['2026-01-06', '2026-01-04'], []],
    ['equals', '2026-01-05', ['day5', 'noon5']],
    ['equals', '2026-01-05T13:00:00+01:00', ['noon5']],
    ['equals', '2026-01-05T00:00:00Z', ['day5']],
    ['not_equals', '2026-01-05', ['day4', 'day6', 'eve5', 'missing', 'number', 'other']],
    ['after', '9999-12-31', []],
    ['before', '9999-12-31', ['day4', 'day5', 'day6', 'eve5', 'noon5']],
    ['between', ['1000-01-01', '9999-12-31T23:59:59Z'], ['day4', 'day5', 'day6', 'eve5', 'noon5']],
  ])('%s %j', async (operator, value, expected) => {
    expect(await who({ operator, value }, world)).toEqual(expected)
  })

  test('a text that is no date, saved before the attribute was declared one, is compared as it stands', async () => {
    expect(await who({ operator: 'equals', value: 'soon' }, world)).toEqual(['other'])
  })

  test('an attribute that is not declared a date equals a text letter by letter', async () => {
    expect(await who({ operator: 'equals', value: '2026-01-05' }, { people })).toEqual(['day5'])
  })

  test('in a zone without that midnight a day begins with its first instant', async () => {
    const people = { before: '2018-11-04T02:59:59Z', first: '2018-11-04T03:00:00Z' }
    const world = { people, timeZone: 'America/Sao_Paulo' }
    expect(await who({ operator: 'before', value: '2018-11-04' }, world)).toEqual(['before'])
  })

  test('what the patterns take, and only that, is a date to us, and PostgreSQL casts all of it', async () => {
    const texts = fc.sample(fc.oneof(dateLike, instantLike), { numRuns: 3_000, seed: 7 })
    const { rows } = await sql<{ text: string; kind: string | null }>`
      select text, case when text ~ any(${datePatterns.day}::text[]) then 'day'
        when text ~ any(${datePatterns.instant}::text[]) then 'instant' end as kind
      from unnest(${texts}::text[]) as text`.execute(store.db)
    for (const { text, kind } of rows) expect([text, kindOfDate(text)]).toEqual([text, kind])
    const days = texts.filter((text) => kindOfDate(text) === 'day')
    const instants = texts.filter((text) => kindOfDate(text) === 'instant')
    const cast = await sql`select ${days}::text[]::date[], ${instants}::text[]::timestamptz[]`.execute(
      store.db,
    )
    expect(cast.rows).toHaveLength(1)
    const real = days.filter((text) => new Date(text).toISOString().startsWith(text))
    expect(real).toEqual(days)
    expect(Math.min(days.length, instants.length)).toBeGreaterThan(200)
  })

  test.each([
    'Pacific/Kiritimati',
    'Etc/GMT+12',
    'America/New_York',
  ])('an instant written with any offset is before, after or at another as in JavaScript, seen from %s', async (timeZone) => {
    const cut = '2026-03-01T10:00:00Z'
    const nearby = fc.integer({ min: -48, max: 48 }).map((half) => Date.parse(cut) + half * 1_800_000)
    const offset = fc.integer({ min: -14, max: 14 })
    const samples = fc.sample(fc.tuple(nearby, offset), { numRuns: 200, seed: 3 })
    const people = Object.fromEntries(samples.map(([at, hours], i) => [`${i}`, withOffset(at, hours)]))
    const expected = (isIn: (at: number) => boolean) =>
      samples.flatMap(([at], i) => (isIn(at) ? [`${i}`] : [])).sort()
    const world = { people, timeZone }
    const at = Date.parse(cut)
    expect((await who({ operator: 'before', value: cut }, world)).sort()).toEqual(expected((it) => it < at))
    expect((await who({ operator: 'after', value: cut }, world)).sort()).toEqual(expected((it) => it > at))
    const between = await who({ operator: 'between', value: [cut, cut] }, world)
    expect(between.sort()).toEqual(expected((it) => it === at))
    const today = { ...world, now: cut }
    const local = (it: number) => new Date(it).toLocaleDateString('en-CA', { timeZone })
    const ofToday = await who({ operator: 'within_last_days', value: 1 }, today)
    expect(ofToday.sort()).toEqual(expected((it) => local(it) === local(at)))
  })

  test('a leap day is a date in leap years only', () => {
    const years = ['1600', '1900', '2000', '2023', '2024', '2100', '2400']
    expect(years.filter((year) => kindOfDate(`${year}-02-29`))).toEqual(['1600', '2000', '2024', '2400'])
  })
})

const digits = (min: number, max: number, length: number) =>
  fc.integer({ min, max }).map((number) => String(number).padStart(length, '0'))
const dateLike = fc
  .tuple(digits(900, 10_100, 4), digits(0, 13, 2), digits(0, 32, 2))
  .map((parts) => parts.join('-'))
const instantLike = fc
  .tuple(
    dateLike,
    fc.constantFrom('T', 't', ' ', ''),
    digits(0, 24, 2),
    digits(0, 60, 2),
    fc.constantFrom('', ':00', ':59', ':60', ':07.1', ':00.123456789'),
    fc.constantFrom('Z', 'z', '+00:00', '-14:59', '+14:00', '+15:00', '', '+0100'),
  )
  .map(([date, t, hour, minute, second, zone]) => `${date}${t}${hour}:${minute}${second}${zone}`)

/** The same instant as a clock that is so many hours ahead shows it. */
function withOffset(at: number, hours: number): string {
  const sign = hours < 0 ? '-' : '+'
  return `${new Date(at + hours * 3_600_000).toISOString().slice(0, -1)}${sign}${pad(Math.abs(hours))}:00`
}

function pad(day: number): string {
  return String(day).padStart(2, '0')
}

describe('columns of the user', () => {
  test('created_at, timezone and locale are read from the user, not from attributes of the same name', async () => {
    const ids = { old: newId(), new: newId() }
    await store.db
      .insertInto('users')
      .values([
        {
          id: ids.old,
          workspace_id: workspaceId,
          attributes: JSON.stringify({ locale: 'fr', timezone: 'x', created_at: '2030-01-01' }),
          identifiers: '{}',
          consents: '{}',
          locale: 'de',
          timezone: 'Europe/Berlin',
          created_at: new Date('2026-06-01T00:00:00Z'),
        },
        {
          id: ids.new,
          workspace_id: workspaceId,
          attributes: '{}',
          identifiers: '{}',
          consents: '{}',
          created_at: new Date('2026-06-15T00:00:00Z'),
        },
      ])
      .execute()
    const members = async (condition: Omit<Condition, 'number'>) => {
      const scope = {
        workspaceId,
        now: new Date('2026-06-15T12:00:00Z'),
        timeZone: 'UTC',
        attributes: new Map([['created_at', { type: 'date' as const, values: null }]]),
        segments: new Map(),
      }
      const predicate = createCompiler(scope, 1).compileDefinition({
        conditions: [{ number: 1, ...condition }],
        definition: 'all',
        evaluation: 'standard',
      })
      const { rows } = await sql<{ id: string }>`
        select u.id from users u where u.workspace_id = ${workspaceId} and ${predicate} order by u.created_at`.execute(
        store.db,
      )
      return rows.map(({ id }) => (id === ids.old ? 'old' : 'new'))
    }
    expect(await members({ attribute: 'locale', operator: 'equals', value: 'de' })).toEqual(['old'])
    expect(await members({ attribute: 'locale', operator: 'not_equals', value: 'de' })).toEqual(['new'])
    expect(await members({ attribute: 'locale', operator: 'exists' })).toEqual(['old'])
    expect(await members({ attribute: 'timezone', operator: 'contains', value: 'Berlin' })).toEqual(['old'])
    expect(await members({ attribute: 'created_at', operator: 'within_last_days', value: 1 })).toEqual([
      'new',
    ])
    expect(await members({ attribute: 'created_at', operator: 'before', value: '2026-06-15' })).toEqual([
      'old',
    ])
    expect(await members({ attribute: 'created_at', operator: 'equals', value: '2026-06-15' })).toEqual([
      'new',
    ])
    expect(await members({ attribute: 'created_at', operator: 'exists' })).toEqual(['old', 'new'])
  })
})
