import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Store } from '../00-kernel/index.ts'
import { openTestStore } from '../testing/test-store.ts'
import { normalisedAttribute, normaliseKey } from './reconciliation-value.ts'

let store: Store
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store[Symbol.asyncDispose]())

test('trims, lowers what looks like an email address, and takes numbers as text', () => {
  expect(normaliseKey('  User1@HCL.com\n')).toBe('user1@hcl.com')
  expect(normaliseKey('AB-12')).toBe('AB-12')
  expect(normaliseKey('@Handle')).toBe('@Handle')
  expect(normaliseKey(42)).toBe('42')
  expect(normaliseKey(1e21)).toBe('1000000000000000000000')
})

test('has nothing to match by in blanks, truth values and what no index could hold', () => {
  for (const value of ['', ' \t', true, null, undefined, 'é'.repeat(513)])
    expect(normaliseKey(value)).toBeNull()
})

test('agrees with its twin in SQL on every value', async () => {
  const value = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.emailAddress().map((email) => ` ${email.toUpperCase()}\t`),
    fc.integer(),
    fc.constantFrom(1.5, 1e21, -0, true, null, 'ÄÖ@x.DE', '\u00a0a@b', '\va', 'é'.repeat(513)),
  )
  // What the database cannot store never gets here.
  const storable = value.filter((each) => typeof each !== 'string' || !each.includes('\0'))
  const values = fc.sample(storable, 400)
  const { rows } = await sql<{ i: number; key: string | null }>`
    select i, ${normalisedAttribute('key')} as key
    from jsonb_to_recordset(${JSON.stringify(values.map((key, i) => ({ i, attributes: { key } })))}::jsonb)
      as u(i int, attributes jsonb)`.execute(store.db)
  expect(rows.map(({ key }) => key)).toEqual(values.map(normaliseKey))
})
