import { describe, expect, it } from 'vitest'
import { formatOf, importResult } from './import-file.ts'

describe('a file to import', () => {
  it.each([
    ['people.CSV', '{"a"', 'csv'],
    ['people.jsonl', 'email', 'ndjson'],
    ['people.txt', ' {"attributes":{}}', 'ndjson'],
    ['people', 'email;age', 'csv'],
  ] as const)('%s with %j is %s', (name, data, format) => {
    expect(formatOf(name, data)).toBe(format)
  })
})

describe('the result of an import', () => {
  it('is not there before the end, nor in a job of another kind', () => {
    expect(importResult(null)).toBeNull()
    expect(importResult({ matched: 3 })).toBeNull()
  })

  it('counts, and tells of rows one by one', () => {
    const errors = [{ row: 3, code: 'invalid_type', detail: 'takes a number', pointer: '/attributes/age' }]
    expect(importResult({ created: 4, updated: 1, failed: 1, errors })).toEqual({
      created: 4,
      updated: 1,
      failed: 1,
      errors: [{ row: 3, detail: 'takes a number', pointer: '/attributes/age' }],
    })
  })
})
