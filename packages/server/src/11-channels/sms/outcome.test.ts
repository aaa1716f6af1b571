import { expect, test } from 'vitest'
import type { VerdictClass } from '../channel.ts'
import { slowDown, verdictOfBind, verdictOfSmpp, verdictOfTwilio } from './outcome.ts'

const answer = (status: number, code?: number, headers = {}) => ({
  status,
  headers,
  body: JSON.stringify(code === undefined ? {} : { code, message: 'Words', status }),
})

test.each<[number, VerdictClass]>([
  [21211, 'token_dead'],
  [21614, 'token_dead'],
  [30005, 'token_dead'],
  [30006, 'token_dead'],
  [21610, 'opted_out'],
  [21408, 'message_bad'],
  [21612, 'message_bad'],
  [30007, 'message_bad'],
  [30034, 'auth_broken'],
  [21606, 'auth_broken'],
  [20003, 'auth_broken'],
  [30001, 'retry'],
  [30003, 'retry'],
  [30008, 'retry'],
  [20429, 'retry'],
  [21611, 'throttle_project'],
  [30036, 'dropped'],
  // Unknown: this message fails, and the number stays.
  [21999, 'message_bad'],
])('Twilio code %i is %s', (code, expected) => {
  expect(verdictOfTwilio(answer(400, code), 0)).toMatchObject({
    class: expected,
    status: 400,
    code: String(code),
    detail: 'Words',
  })
})

test.each<[number, VerdictClass]>([
  [201, 'accepted'],
  [401, 'auth_broken'],
  [404, 'auth_broken'],
  [400, 'message_bad'],
  [429, 'retry'],
  [500, 'retry'],
  [503, 'retry'],
])('without a code, status %i of Twilio is %s', (status, expected) => {
  expect(verdictOfTwilio(answer(status), 0).class).toBe(expected)
})

test('keeps the id of an accepted text and the pause that is asked for', () => {
  expect(verdictOfTwilio({ status: 201, headers: {}, body: '{"sid":"SM1"}' }, 0)).toEqual({
    class: 'accepted',
    status: 201,
    code: null,
    providerId: 'SM1',
  })
  expect(verdictOfTwilio(answer(429, 20429, { 'retry-after': '7' }), 0).retryAfterMs).toBe(7_000)
  expect(verdictOfTwilio({ status: 502, headers: {}, body: '<html>' }, 0)).toMatchObject({
    class: 'retry',
    code: 'http_502',
  })
})

test.each<[number, VerdictClass]>([
  [0x00, 'accepted'],
  [0x58, 'retry'],
  [0x14, 'retry'],
  [0x08, 'retry'],
  [0x64, 'retry'],
  [0x0b, 'token_dead'],
  [0x33, 'message_bad'],
  [0x34, 'message_bad'],
  [0x40, 'message_bad'],
  [0x45, 'message_bad'],
  [0x0a, 'auth_broken'],
  [0x0d, 'auth_broken'],
  [0x0e, 'auth_broken'],
  [0x0f, 'auth_broken'],
  [0x04, 'retry'],
  [0x65, 'message_bad'],
  // Unknown: the number stays.
  [0x0412, 'message_bad'],
])('command_status %i is %s', (status, expected) => {
  expect(verdictOfSmpp(status, 'id').class).toBe(expected)
})

test('slows down for those that ask for it', () => {
  expect([...slowDown].sort((a, b) => a - b)).toEqual([0x08, 0x14, 0x58, 0x64])
})

test('a refused bind is the fault of the account, unless it passes', () => {
  expect(verdictOfBind(0x0b).class).toBe('auth_broken')
  expect(verdictOfBind(0x412)).toMatchObject({ class: 'auth_broken', code: '0x412' })
  expect(verdictOfBind(0x08).class).toBe('retry')
})
