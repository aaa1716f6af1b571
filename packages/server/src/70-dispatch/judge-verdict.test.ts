import { expect, test } from 'vitest'
import { type Verdict, verdictClasses } from '../11-channels/index.ts'
import { breakCircuit, type Judging, judgeVerdict, type Sent } from './judge-verdict.ts'
import { emptyResult, type WindowResult } from './window.ts'

const now = new Date('2026-03-01T12:00:00Z')
const judging: Judging = {
  attempt: 1,
  maxAttempts: 10,
  expiresAt: new Date('2026-03-02T12:00:00Z'),
  now,
  environment: 'production',
  otherEnvironment: 'sandbox',
  blocks: 0,
  random: () => 0.5,
}
const sent: Sent = {
  entry: { ordinal: 3, subscriptionId: 's', userId: 'u', deliveryId: 'd' },
  tokenHash: Buffer.from('hash'),
  sentAtMs: now.getTime(),
  userId: 'u',
  registeredEnvironment: 'production',
  isSecondTry: false,
}

function judge(
  verdict: Partial<Verdict> & Pick<Verdict, 'class'>,
  changed: Partial<Judging> = {},
  of: Partial<Sent> = {},
): WindowResult {
  const result = emptyResult()
  judgeVerdict(result, { status: 500, code: 'X', ...verdict }, { ...sent, ...of }, { ...judging, ...changed })
  return result
}

test.each(verdictClasses)('%s leads to exactly one ending or one retry', (verdictClass) => {
  const { endings, retries } = judge({ class: verdictClass })
  expect(endings.length + retries.length).toBe(1)
})

test.each([
  ['accepted', 'accepted'],
  ['token_dead', 'token_unregistered'],
  ['message_bad', 'message_rejected'],
  ['dropped', 'provider_dropped'],
  ['target_refused', 'target_refused'],
  ['opted_out', 'opted_out'],
] as const)('%s ends with the reason %s', (verdictClass, reason) => {
  expect(judge({ class: verdictClass }).endings[0]?.reason).toBe(reason)
})

test('opted_out unsubscribes the address, which is not dead', () => {
  const { optedOut, dead } = judge({ class: 'opted_out', code: '21610' })
  expect(optedOut).toMatchObject([{ subscriptionId: sent.entry.subscriptionId, code: '21610' }])
  expect(dead).toEqual([])
})

test.each([
  'retry',
  'unknown_outcome',
  'auth_refresh',
] as const)('%s uses up an attempt and keeps the token', (verdictClass) => {
  const { retries, dead } = judge({ class: verdictClass })
  expect(retries[0]).toMatchObject({ attempt: 2, environment: 'production' })
  expect(dead).toEqual([])
})

test.each([
  'throttle_target',
  'throttle_project',
  'auth_broken',
] as const)('%s uses up no attempt', (verdictClass) => {
  expect(judge({ class: verdictClass }).retries[0]?.attempt).toBe(1)
})

test.each([
  'throttle_project',
  'auth_broken',
] as const)('%s opens the breaker of the lane', (verdictClass) => {
  const { block, retries } = judge({ class: verdictClass })
  expect(block?.until.getTime()).toBeGreaterThan(now.getTime())
  expect(retries).toHaveLength(1)
})

test('what a throttled lane holds waits for its time; what a refused credential holds waits for the block alone', () => {
  const throttled = judge({ class: 'throttle_project' })
  expect(throttled.retries[0]?.dueAt).toEqual(throttled.block?.until)
  expect(judge({ class: 'auth_broken' }).retries[0]?.dueAt).toEqual(now)
})

test('the breaker stays open longer each time, up to ten minutes or so', () => {
  const untilAfter = (blocks: number) =>
    (judge({ class: 'auth_broken' }, { blocks }).block?.until.getTime() ?? 0) - now.getTime()
  expect(untilAfter(0)).toBe(15_000)
  expect(untilAfter(3)).toBe(120_000)
  expect(untilAfter(50)).toBeLessThanOrEqual(750_000)
})

test('a Retry-After is never undercut', () => {
  for (const verdictClass of ['retry', 'throttle_target', 'throttle_project'] as const) {
    const due = judge({ class: verdictClass, retryAfterMs: 90_000 }, { random: () => 0 }).retries[0]?.dueAt
    expect(due?.getTime()).toBeGreaterThanOrEqual(now.getTime() + 90_000)
  }
})

test('the last attempt that fails is the end, with the reason of the failure', () => {
  expect(judge({ class: 'retry' }, { attempt: 10 }).endings[0]).toMatchObject({
    outcome: 'failed',
    reason: 'provider_unavailable',
    attempts: 10,
  })
})

test('nothing is tried again after the expiry', () => {
  const expiresAt = new Date(now.getTime() + 100)
  expect(judge({ class: 'retry' }, { expiresAt }).endings[0]?.reason).toBe('provider_unavailable')
  expect(judge({ class: 'throttle_project' }, { expiresAt }).retries[0]?.dueAt).toEqual(expiresAt)
})

test('a bad device token is tried once in the other environment, with the same attempt', () => {
  const { retries, dead, endings } = judge({ class: 'token_wrong_context', code: 'BadDeviceToken' })
  expect(retries[0]).toMatchObject({ environment: 'sandbox', attempt: 1, dueAt: now })
  expect([dead, endings]).toEqual([[], []])
})

test('a token that both environments call bad is dead', () => {
  const { dead, endings } = judge(
    { class: 'token_wrong_context', code: 'BadDeviceToken' },
    { environment: 'sandbox', otherEnvironment: 'production' },
    { isSecondTry: true },
  )
  expect(dead).toHaveLength(1)
  expect(endings[0]?.reason).toBe('token_invalid')
})

test('a token that was registered in the other environment since is not dead on the first answer', () => {
  const { dead, retries } = judge(
    { class: 'token_wrong_context', code: 'BadDeviceToken' },
    { environment: 'sandbox', otherEnvironment: 'production' },
  )
  expect([dead.length, retries[0]?.environment]).toEqual([0, 'production'])
})

test('a key that the other environment does not take fails the delivery, and neither blocks nor retires', () => {
  const { block, dead, endings } = judge({ class: 'auth_broken' }, {}, { isSecondTry: true })
  expect([block, dead, endings[0]?.reason]).toEqual([null, [], 'token_wrong_context'])
})

test('a token that the other environment accepts is relabelled', () => {
  expect(judge({ class: 'accepted' }, { environment: 'sandbox' }).relabelled).toEqual([
    { subscriptionId: 's', tokenHash: sent.tokenHash, environment: 'sandbox' },
  ])
})

test('a bad device token with a certificate, which has one environment, fails and is kept', () => {
  const { dead, endings } = judge(
    { class: 'token_wrong_context', code: 'BadDeviceToken' },
    { otherEnvironment: null },
  )
  expect(dead).toEqual([])
  expect(endings[0]?.reason).toBe('token_invalid')
})

test('a dead token is named with everything that protects a newer registration', () => {
  expect(judge({ class: 'token_dead', code: 'Unregistered', tokenInvalidSinceMs: 5 }).dead).toEqual([
    {
      subscriptionId: 's',
      tokenHash: sent.tokenHash,
      invalidSinceMs: 5,
      sentAtMs: now.getTime(),
      code: 'Unregistered',
    },
  ])
})

function breaker(classes: readonly Verdict['class'][], changed: Partial<Judging> = {}) {
  const result = emptyResult()
  const verdicts = classes.map((each) => ({ class: each, status: 503, code: 'ServiceUnavailable' }))
  breakCircuit(result, verdicts, { ...judging, ...changed })
  return result.block
}

test('a window in which nobody got through closes the lane, for longer each time', () => {
  const all = Array.from({ length: 5 }, () => ['retry', 'unknown_outcome'] as const).flat()
  expect(breaker(all)).toEqual({
    until: new Date(now.getTime() + 2_000),
    reason: 'provider_unavailable',
    detail: '503 ServiceUnavailable',
  })
  const later = [1, 3, 20].map((blocks) => Number(breaker(all, { blocks })?.until) - now.getTime())
  expect(later).toEqual([4_000, 16_000, 300_000])
})

test('one answer of another kind, or too few answers, leave the lane open', () => {
  expect(breaker([...Array.from({ length: 20 }, () => 'retry' as const), 'token_dead'])).toBeNull()
  expect(breaker(Array.from({ length: 9 }, () => 'retry' as const))).toBeNull()
})

test('what is said of addresses alone leaves the lane open, however many there are', () => {
  const verdict = { class: 'retry', status: 450, code: '4.2.0' } as const
  const result = emptyResult()
  const greylisted = Array.from({ length: 50 }, () => ({ ...verdict, concernsAddress: true }))
  breakCircuit(result, greylisted, judging)
  expect(result.block).toBeNull()
  breakCircuit(result, [...greylisted.slice(1).map(() => verdict), verdict], judging)
  expect(result.block).not.toBeNull()
})

test('the single request of a closed lane decides alone', () => {
  expect(breaker(['retry'], { blocks: 1 })?.until).toEqual(new Date(now.getTime() + 4_000))
  expect(breaker(['accepted'], { blocks: 1 })).toBeNull()
})
