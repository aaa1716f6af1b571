import { expect, test } from 'vitest'
import { readOauthAnswer } from './oauth-answer.ts'

const nowMs = 1_900_000_000_000
const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

test('a token holds as long as the answer says', () => {
  const good = answer(200, { access_token: 'ya29.x', expires_in: 3599 })
  expect(readOauthAnswer(good, nowMs)).toEqual({ value: 'ya29.x', expiresAtMs: nowMs + 3_599_000 })
})

test('a token without a lifetime is used for a minute', () => {
  expect(readOauthAnswer(answer(200, { access_token: 'x' }), nowMs)).toMatchObject({
    expiresAtMs: nowMs + 60_000,
  })
})

test.each([
  [400, { error: 'invalid_grant', error_description: 'Invalid JWT' }, 'auth_broken', 'invalid_grant'],
  [401, { error: 'invalid_client' }, 'auth_broken', 'invalid_client'],
  [403, 'Forbidden', 'auth_broken', 'HTTP_403'],
  [400, { error: 'temporarily_unavailable' }, 'retry', 'temporarily_unavailable'],
  [408, '', 'retry', 'HTTP_408'],
  [429, { error: 'slow_down' }, 'retry', 'slow_down'],
  [500, { error: 'internal_failure' }, 'retry', 'internal_failure'],
  [502, '<html>Bad gateway</html>', 'retry', 'HTTP_502'],
  [200, '<html>Sign in to the Wi-Fi</html>', 'retry', 'HTTP_200'],
  [200, 'null', 'retry', 'HTTP_200'],
])('%d %j is %s', (status, body, refused, code) => {
  expect(readOauthAnswer(answer(status, body), nowMs)).toMatchObject({ refused, status, code })
})

test('passes on how long to wait, and no connection means later', () => {
  expect(readOauthAnswer(answer(503, '', { 'retry-after': '7' }), nowMs)).toMatchObject({
    retryAfterMs: 7000,
  })
  expect(readOauthAnswer({ failure: 'not_sent', code: 'ECONNREFUSED' }, nowMs)).toEqual({
    refused: 'retry',
    status: null,
    code: 'ECONNREFUSED',
  })
})
