import { expect, test } from 'vitest'
import { apnsVerdict } from './outcome.ts'

const nowMs = 1_900_000_000_000
const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

test('200 is accepted under the apns-id', () => {
  expect(apnsVerdict(answer(200, '', { 'apns-id': 'abc' }), nowMs)).toEqual({
    class: 'accepted',
    status: 200,
    code: null,
    providerId: 'abc',
  })
})

test.each([
  [410, 'Unregistered', 'token_dead'],
  [410, 'ExpiredToken', 'token_dead'],
  [400, 'BadDeviceToken', 'token_wrong_context'],
  [400, 'DeviceTokenNotForTopic', 'token_wrong_context'],
  [400, 'BadCollapseId', 'message_bad'],
  [400, 'BadExpirationDate', 'message_bad'],
  [400, 'BadMessageId', 'message_bad'],
  [400, 'BadPriority', 'message_bad'],
  [400, 'BadTopic', 'message_bad'],
  [400, 'DuplicateHeaders', 'message_bad'],
  [400, 'InvalidPushType', 'message_bad'],
  [400, 'MissingDeviceToken', 'message_bad'],
  [400, 'MissingTopic', 'message_bad'],
  [400, 'PayloadEmpty', 'message_bad'],
  [404, 'BadPath', 'message_bad'],
  [405, 'MethodNotAllowed', 'message_bad'],
  [413, 'PayloadTooLarge', 'message_bad'],
  [400, 'TopicDisallowed', 'auth_broken'],
  [400, 'IdleTimeout', 'retry'],
  [403, 'ExpiredProviderToken', 'auth_refresh'],
  [403, 'InvalidProviderToken', 'auth_broken'],
  [403, 'MissingProviderToken', 'auth_broken'],
  [403, 'BadCertificate', 'auth_broken'],
  [403, 'BadCertificateEnvironment', 'auth_broken'],
  [403, 'Forbidden', 'auth_broken'],
  [403, 'BadEnvironmentKeyIdInToken', 'auth_broken'],
  [403, 'BadEnvironmentKeyInToken', 'auth_broken'],
  [403, 'UnrelatedKeyIdInToken', 'retry'],
  [429, 'TooManyProviderTokenUpdates', 'auth_broken'],
  [429, 'TooManyRequests', 'throttle_target'],
  [500, 'InternalServerError', 'retry'],
  [503, 'ServiceUnavailable', 'retry'],
  [503, 'Shutdown', 'retry'],
])('%d %s is %s', (status, reason, expected) => {
  expect(apnsVerdict(answer(status, { reason }), nowMs)).toMatchObject({
    class: expected,
    status,
    code: reason,
  })
})

test.each([
  [400, { reason: 'NewIn2030' }, 'message_bad', 'NewIn2030'],
  [410, { reason: 'NewIn2030' }, 'message_bad', 'NewIn2030'],
  [400, { reason: 'constructor' }, 'message_bad', 'constructor'],
  [429, { reason: 'NewIn2030' }, 'throttle_target', 'NewIn2030'],
  [503, { reason: 'NewIn2030' }, 'retry', 'NewIn2030'],
  [410, '', 'message_bad', 'HTTP_410'],
  [502, '<html>Bad gateway</html>', 'retry', 'HTTP_502'],
  [400, 'null', 'message_bad', 'HTTP_400'],
  [400, '["x"]', 'message_bad', 'HTTP_400'],
])('what nobody knows, %d %j, goes by its status and keeps the token: %s', (status, body, expected, code) => {
  expect(apnsVerdict(answer(status, body), nowMs)).toMatchObject({ class: expected, code })
})

test('410 tells since when the token is dead, in milliseconds', () => {
  const gone = answer(410, { reason: 'Unregistered', timestamp: 1_899_999_000_000 })
  expect(apnsVerdict(gone, nowMs).tokenInvalidSinceMs).toBe(1_899_999_000_000)
  expect(apnsVerdict(answer(410, { reason: 'Unregistered' }), nowMs).tokenInvalidSinceMs).toBeUndefined()
})

test('Retry-After is passed on, and a body that is no JSON is kept in short', () => {
  const busy = answer(503, 'x'.repeat(2000), { 'retry-after': '20' })
  expect(apnsVerdict(busy, nowMs)).toMatchObject({ retryAfterMs: 20_000, detail: 'x'.repeat(500) })
})

test('no answer is retried, or again with the same id when it may have arrived', () => {
  expect(apnsVerdict({ failure: 'not_sent', code: 'GOAWAY' }, nowMs).class).toBe('retry')
  expect(apnsVerdict({ failure: 'unknown', code: 'GOAWAY' }, nowMs).class).toBe('unknown_outcome')
  expect(apnsVerdict({ failure: 'timeout', code: 'TIMEOUT' }, nowMs).class).toBe('unknown_outcome')
})
