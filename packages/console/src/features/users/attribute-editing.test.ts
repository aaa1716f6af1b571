import type { Attribute } from '@carillon/contract'
import { describe, expect, it } from 'vitest'
import { attributePatch, attributeRows, typedText } from './attribute-editing.ts'

const schema: Attribute[] = [
  { name: 'email', type: 'string', required: true, values: null, built_in: true },
  { name: 'age', type: 'number', required: false, values: null, built_in: false },
]

describe('editing the attributes of a user', () => {
  it('shows declared attributes first, also empty ones, then the others by the type of their value', () => {
    expect(attributeRows({ vip: true, email: 'a@b.c' }, schema)).toEqual([
      { name: 'email', type: 'string', text: 'a@b.c', choices: [] },
      { name: 'age', type: 'number', text: '', choices: [] },
      { name: 'vip', type: 'boolean', text: 'true', choices: [] },
    ])
  })

  it('patches only what changed, and removes what was emptied or taken away', () => {
    const stored = { email: 'a@b.c', age: 30, vip: true, city: 'Bonn' }
    const rows = attributeRows(stored, schema)
      .filter(({ name }) => name !== 'city')
      .map((row) => (row.name === 'age' ? { ...row, text: '31' } : row))
      .map((row) => (row.name === 'vip' ? { ...row, text: '' } : row))
    expect(attributePatch(stored, rows)).toEqual({ age: 31, vip: null, city: null })
  })

  it('says nothing when nothing changed', () => {
    const stored = { email: 'a@b.c', age: 0, vip: false }
    expect(attributePatch(stored, attributeRows(stored, schema))).toEqual({})
  })

  it('leaves a number that is none to the server', () => {
    expect(typedText({ type: 'number', text: 'twelve' })).toBe('twelve')
    expect(typedText({ type: 'number', text: '12.5' })).toBe(12.5)
  })
})
