import { describe, expect, it } from 'vitest'
import { changedValues } from './named-values.ts'

describe('editing identifiers and consents', () => {
  it('says what was added or changed, and nothing else', () => {
    const stored = { crm: '42', shop: 'a-1' }
    expect(changedValues(stored, { crm: '43', shop: 'a-1', club: '7' })).toEqual({ crm: '43', club: '7' })
  })

  it('leaves an emptied value to the server to refuse, and says nothing of one that was never filled in', () => {
    expect(changedValues({ crm: '42' }, { crm: '', club: '' })).toEqual({ crm: '' })
  })

  it('takes a name such as constructor for what it is', () => {
    expect(changedValues({}, { constructor: '1' })).toEqual({ constructor: '1' })
  })
})
