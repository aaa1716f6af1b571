import { expect, test } from 'vitest'
import { createRateLimiter } from './rate-limit.ts'

const policy = { name: 'test', burst: 3, perSecond: 1 }

function fakeReply() {
  const fields: Record<string, string> = {}
  return {
    fields,
    reply: { headers: (more: Record<string, string>) => Object.assign(fields, more) } as never,
  }
}

test('allows a burst, then what the refill gives, and says so in the fields', () => {
  let now = 0
  const limiter = createRateLimiter(() => now)
  const { fields, reply } = fakeReply()
  for (let i = 0; i < 3; i += 1) limiter.take(policy, 'a', reply)
  expect(fields.ratelimit).toBe('"test";r=0;t=3')
  expect(() => limiter.take(policy, 'a', reply)).toThrowError(
    expect.objectContaining({ code: 'rate_limited', details: { retryAfterSeconds: 1 } }),
  )
  now = 1_000
  limiter.take(policy, 'a', reply)
  expect(fields['ratelimit-policy']).toBe('"test";q=3;w=3')
})

test('counts callers apart, and forgets the oldest past ten thousand', () => {
  const limiter = createRateLimiter(() => 0)
  const { reply } = fakeReply()
  for (let i = 0; i < 3; i += 1) limiter.take(policy, 'first', reply)
  for (let i = 0; i < 10_001; i += 1) limiter.take(policy, `other ${i}`, reply)
  limiter.take(policy, 'first', reply)
})
