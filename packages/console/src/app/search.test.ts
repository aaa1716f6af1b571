import { describe, expect, it } from 'vitest'
import { messagePageSearch, parseSearch, stringifySearch, subscriptionSearch } from './search.ts'

describe('the state of a page in its address', () => {
  it('stays text, whatever it looks like', () => {
    expect(parseSearch('?search=42&tab=a%26b')).toEqual({ search: '42', tab: 'a&b' })
    expect(stringifySearch({ search: '42', tab: 'a&b', status: undefined })).toBe('?search=42&tab=a%26b')
    expect(stringifySearch({})).toBe('')
  })

  it('drops what the page does not know', () => {
    const search = { platform: 'apns', status: 'nonsense', more: 'x' }
    expect(stringifySearch({ ...subscriptionSearch(search) })).toBe('?platform=apns')
    expect(messagePageSearch({ tab: 'recipients', status: 'failed', reason: 'throttled' })).toEqual({
      tab: 'recipients',
      status: 'failed',
      reason: 'throttled',
    })
  })
})
