import { expect, test } from 'vitest'
import { createProviderToken, type IssuedToken, type TokenRefusal } from './provider-token.ts'

const minute = 60_000

function provider(answer: (call: number) => IssuedToken | TokenRefusal, refreshAheadMs?: number) {
  const state = { nowMs: 0, calls: 0 }
  const issue = async () => answer(++state.calls)
  return { state, token: createProviderToken({ now: () => state.nowMs, issue, refreshAheadMs }) }
}

const hourly = (call: number): IssuedToken => ({ value: `token ${call}`, expiresAtMs: call * 60 * minute })
const outage: TokenRefusal = { refused: 'retry', status: 503, code: 'unavailable' }
/** Lets a background fetch finish: everything in these tests settles in microtasks. */
const settled = () => new Promise((resolve) => setImmediate(resolve))

test('asks once however many want the first token', async () => {
  const { state, token } = provider(hourly)
  expect(await Promise.all([token.get(), token.get(), token.get()])).toEqual(Array(3).fill('token 1'))
  expect(state.calls).toBe(1)
})

test('gives the cached token without asking again', async () => {
  const { state, token } = provider(hourly)
  await token.get()
  state.nowMs = 54 * minute
  expect(await token.get()).toBe('token 1')
  expect(state.calls).toBe(1)
})

test('refreshes in the background from five minutes before the end', async () => {
  const { state, token } = provider(hourly)
  await token.get()
  state.nowMs = 55 * minute
  expect(await token.get()).toBe('token 1')
  await settled()
  expect(await token.get()).toBe('token 2')
  expect(state.calls).toBe(2)
})

test('keeps the old token while the endpoint is in trouble, and asks at most once a second', async () => {
  const { state, token } = provider((call) => (call === 1 ? hourly(1) : outage))
  await token.get()
  state.nowMs = 56 * minute
  for (let i = 0; i < 5; i++) {
    expect(await token.get()).toBe('token 1')
    await settled()
  }
  expect(state.calls).toBe(2)
  state.nowMs += 1000
  await token.get()
  await settled()
  expect(state.calls).toBe(3)
})

test('answers the refusal once the old token has ended', async () => {
  const { state, token } = provider((call) => (call === 1 ? hourly(1) : outage))
  await token.get()
  state.nowMs = 60 * minute
  expect(await token.get()).toEqual(outage)
})

test('waits as long as the endpoint asks before it asks again', async () => {
  const { state, token } = provider(() => ({ ...outage, retryAfterMs: 30_000 }))
  await token.get()
  state.nowMs = 29_999
  await token.get()
  expect(state.calls).toBe(1)
  state.nowMs = 30_000
  await token.get()
  expect(state.calls).toBe(2)
})

test('many rejections of one token cost one new token', async () => {
  const { state, token } = provider(hourly)
  const first = (await token.get()) as string
  expect(await Promise.all([token.renew(first), token.renew(first)])).toEqual(['token 2', 'token 2'])
  expect(await token.renew(first)).toBe('token 2')
  expect(state.calls).toBe(2)
})

test('a fault in the background does not reach the sends that still have a token', async () => {
  const { state, token } = provider((call) => {
    if (call > 1) throw new Error('broken')
    return hourly(1)
  })
  await token.get()
  state.nowMs = 56 * minute
  expect(await token.get()).toBe('token 1')
  await settled()
  state.nowMs = 60 * minute
  await expect(token.get()).rejects.toThrow('broken')
})
