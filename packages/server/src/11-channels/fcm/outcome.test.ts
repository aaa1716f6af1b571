import { expect, test } from 'vitest'
import { type Asked, judgeFcm } from './outcome.ts'

const asked: Asked = { target: 'token', projectIsProven: false, nowMs: 1_900_000_000_000 }
const answer = (status: number, body: unknown, headers: Record<string, string> = {}) => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

interface Spoken {
  http: number
  status?: string
  code?: string
  field?: string
  quota?: string
  message?: string
}

/** An error as Google's API writes it. */
function googleError({ http, status, code, field, quota, message = 'words' }: Spoken) {
  const type = 'type.googleapis.com/google'
  const details = [
    ...(code ? [{ '@type': `${type}.firebase.fcm.v1.FcmError`, errorCode: code }] : []),
    ...(field
      ? [{ '@type': `${type}.rpc.BadRequest`, fieldViolations: [{ field, description: 'no' }] }]
      : []),
    ...(quota
      ? [{ '@type': `${type}.rpc.QuotaFailure`, violations: [{ subject: quota, description: 'over' }] }]
      : []),
  ]
  return answer(http, { error: { code: http, status, message, ...(details.length > 0 && { details }) } })
}

test('200 is accepted under the name of the message', () => {
  const name = 'projects/shop/messages/0:123'
  expect(judgeFcm(answer(200, { name }), asked)).toEqual({
    verdict: { class: 'accepted', status: 200, code: null, providerId: name },
  })
})

test.each<[string, Spoken]>([
  ['token_dead', { http: 404, status: 'NOT_FOUND', code: 'UNREGISTERED' }],
  ['auth_broken', { http: 404, status: 'NOT_FOUND' }],
  ['token_dead', { http: 400, status: 'INVALID_ARGUMENT', code: 'INVALID_ARGUMENT', field: 'message.token' }],
  ['message_bad', { http: 400, status: 'INVALID_ARGUMENT', field: 'message.data[0].value' }],
  ['message_bad', { http: 400, status: 'INVALID_ARGUMENT', field: 'message.fid' }],
  ['message_bad', { http: 400, status: 'INVALID_ARGUMENT' }],
  ['token_wrong_context', { http: 403, status: 'PERMISSION_DENIED', code: 'SENDER_ID_MISMATCH' }],
  ['auth_broken', { http: 403, status: 'PERMISSION_DENIED' }],
  ['token_wrong_context', { http: 401, status: 'UNAUTHENTICATED', code: 'THIRD_PARTY_AUTH_ERROR' }],
  ['token_wrong_context', { http: 401, status: 'UNAUTHENTICATED', code: 'APNS_AUTH_ERROR' }],
  ['throttle_project', { http: 429, status: 'RESOURCE_EXHAUSTED', code: 'QUOTA_EXCEEDED' }],
  ['throttle_project', { http: 429, status: 'RESOURCE_EXHAUSTED' }],
  ['retry', { http: 500, status: 'INTERNAL', code: 'INTERNAL' }],
  ['retry', { http: 503, status: 'UNAVAILABLE', code: 'UNAVAILABLE' }],
  ['retry', { http: 504, status: 'DEADLINE_EXCEEDED' }],
  ['retry', { http: 500, status: 'NEW_IN_2030', code: 'NEW_IN_2030' }],
])('%s: %j, without a second try', (expected, spoken) => {
  const { verdict, again } = judgeFcm(googleError(spoken), asked)
  expect(verdict).toMatchObject({ class: expected, status: spoken.http, code: spoken.code ?? spoken.status })
  expect(again).toBeUndefined()
})

test('an access token that was refused is worth one new one, then the lane is broken', () => {
  const refused = googleError({ http: 401, status: 'UNAUTHENTICATED' })
  expect(judgeFcm(refused, asked)).toMatchObject({
    verdict: { class: 'auth_broken', code: 'UNAUTHENTICATED' },
    again: 'with_new_token',
  })
})

test.each<[Spoken]>([
  [{ http: 400, status: 'UNKNOWN', code: 'UNSPECIFIED_ERROR' }],
  [{ http: 400, status: 'FAILED_PRECONDITION', code: 'NEW_IN_2030' }],
  [{ http: 418, status: 'TEAPOT' }],
])('what nobody knows, %j, is tried once more and then a bad message that keeps its token', (spoken) => {
  expect(judgeFcm(googleError(spoken), asked)).toMatchObject({
    verdict: { class: 'message_bad' },
    again: 'as_it_is',
  })
})

test.each([
  [502, '<html><title>502 Bad Gateway</title></html>', 'retry', 'HTTP_502'],
  [503, '', 'retry', 'HTTP_503'],
  [404, '<html>Not found</html>', 'auth_broken', 'HTTP_404'],
  [200, '<html>Sign in</html>', 'unknown_outcome', 'HTTP_200'],
  [400, '[]', 'message_bad', 'HTTP_400'],
  [400, '{"error":{"details":"none","status":7}}', 'message_bad', 'HTTP_400'],
  [
    400,
    '{"error":{"details":[null,{"@type":"x.BadRequest","fieldViolations":1}]}}',
    'message_bad',
    'HTTP_400',
  ],
])('a body that is not Google’s, %d %s, is read safely', (status, body, expected, code) => {
  expect(judgeFcm(answer(status, body), asked).verdict).toMatchObject({ class: expected, code })
})

const missing = googleError({ http: 404, status: 'NOT_FOUND' })

test.each<[string, Partial<Asked>, ReturnType<typeof googleError>]>([
  ['token_dead', {}, googleError({ http: 404, status: 'NOT_FOUND', code: 'NOT_FOUND' })],
  ['token_dead', {}, googleError({ http: 404, status: 'NOT_FOUND', code: 'UNREGISTERED' })],
  ['token_dead', {}, googleError({ http: 400, status: 'INVALID_ARGUMENT', field: 'message.fid' })],
  ['token_dead', { projectIsProven: true }, missing],
  ['auth_broken', {}, missing],
  ['auth_broken', { target: 'token', projectIsProven: true }, missing],
  ['auth_broken', { projectIsProven: true }, answer(404, '<html>Not found</html>')],
])('a missing installation is %s given %j', (expected, change, said) => {
  expect(judgeFcm(said, { ...asked, target: 'fid', ...change }).verdict.class).toBe(expected)
})

test.each<[string, Partial<Spoken>]>([
  ['throttle_target', { quota: 'device:abc' }],
  ['throttle_target', { message: 'Device message rate exceeded.' }],
  ['throttle_target', { message: 'Topic Message rate exceeded.' }],
  ['throttle_project', { quota: 'project:shop', message: 'about a device' }],
  ['throttle_project', { message: 'Message rate exceeded.' }],
])('over quota is %s with %j, and waits a minute unless told otherwise', (expected, said) => {
  const spoken = { http: 429, status: 'RESOURCE_EXHAUSTED', code: 'QUOTA_EXCEEDED', ...said }
  expect(judgeFcm(googleError(spoken), asked).verdict).toMatchObject({
    class: expected,
    retryAfterMs: 60_000,
  })
  const told = { ...googleError(spoken), headers: { 'retry-after': '300' } }
  expect(judgeFcm(told, asked).verdict.retryAfterMs).toBe(300_000)
})

test('Retry-After of an outage is passed on, and Google’s words are kept in short', () => {
  const outage = { ...googleError({ http: 503, message: 'x'.repeat(900) }), headers: { 'retry-after': '3' } }
  expect(judgeFcm(outage, asked).verdict).toMatchObject({ retryAfterMs: 3000, detail: 'x'.repeat(500) })
})

test('no answer is retried, or again with the same id when it may have arrived', () => {
  expect(judgeFcm({ failure: 'not_sent', code: 'GOAWAY' }, asked).verdict.class).toBe('retry')
  expect(judgeFcm({ failure: 'timeout', code: 'TIMEOUT' }, asked).verdict.class).toBe('unknown_outcome')
})
