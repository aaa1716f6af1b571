import type { Answer } from '@carillon/http2-sender'
import { describe, expect, test } from 'vitest'
import type { Verdict, VerdictClass } from '../channel.ts'
import { isAccepted, verdictOf } from './outcome.ts'

const trusted = { now: 0, isTrusted: true, keyWasAccepted: false }
const answer = (status: number, headers: Record<string, string> = {}, body = ''): Answer => ({
  status,
  headers,
  body,
})
const mozilla = (status: number, errno: number) =>
  answer(
    status,
    {},
    JSON.stringify({ code: status, errno, error: 'x', message: 'the words', more_info: 'y' }),
  )
const apple = (status: number, reason: string) => answer(status, {}, JSON.stringify({ reason }))
const microsoft = (status: number, said: string, more: Record<string, string> = {}) =>
  answer(status, { 'x-wns-status': said, ...more })

describe('by status', () => {
  test.each<[number, VerdictClass]>([
    [200, 'accepted'],
    [201, 'accepted'],
    [202, 'accepted'],
    [301, 'message_bad'],
    [302, 'message_bad'],
    [307, 'message_bad'],
    [308, 'message_bad'],
    [400, 'message_bad'],
    [401, 'auth_broken'],
    [403, 'auth_broken'],
    [404, 'token_dead'],
    [405, 'message_bad'],
    [406, 'throttle_project'],
    [408, 'retry'],
    [410, 'token_dead'],
    [413, 'message_bad'],
    [418, 'message_bad'],
    [429, 'throttle_target'],
    [500, 'retry'],
    [502, 'retry'],
    [503, 'retry'],
    [504, 'retry'],
  ])('%d is %s', (status, expected) => {
    expect(verdictOf(answer(status), trusted)).toMatchObject({ class: expected, status })
  })

  test('an unknown word keeps the address', () => {
    for (const status of [400, 422, 451, 499]) {
      expect(verdictOf(apple(status, 'SomethingNew'), trusted).class).toBe('message_bad')
    }
  })
})

test('what was accepted has the address of the message, and no code', () => {
  const verdict = verdictOf(answer(201, { location: 'https://push.example/m/1' }), trusted)
  expect(verdict).toEqual({
    class: 'accepted',
    status: 201,
    code: null,
    providerId: 'https://push.example/m/1',
  })
})

test('the words in the body of a success mean nothing', () => {
  expect(verdictOf(apple(201, 'VapidPkHashMismatch'), trusted).class).toBe('accepted')
})

describe('Mozilla', () => {
  test.each<[number, number, VerdictClass]>([
    [400, 101, 'message_bad'],
    [404, 102, 'token_dead'],
    [410, 103, 'token_dead'],
    [413, 104, 'message_bad'],
    [410, 105, 'token_dead'],
    [410, 106, 'token_dead'],
    [400, 108, 'message_bad'],
    [401, 109, 'auth_broken'],
    [400, 110, 'message_bad'],
    [400, 111, 'message_bad'],
    [400, 112, 'message_bad'],
    [400, 113, 'message_bad'],
    [429, 201, 'throttle_target'],
    [503, 201, 'retry'],
    [503, 202, 'retry'],
    [502, 900, 'retry'],
    [502, 901, 'retry'],
    [502, 902, 'retry'],
    [502, 903, 'retry'],
    [500, 999, 'retry'],
  ])('%d with errno %d is %s', (status, errno, expected) => {
    expect(verdictOf(mozilla(status, errno), trusted)).toMatchObject({
      class: expected,
      code: `errno_${errno}`,
      detail: 'the words',
    })
  })

  test('errno 202 may go again at once, errno 201 when the service says', () => {
    const after = { 'retry-after': '120' }
    expect(verdictOf({ ...mozilla(503, 202), headers: after } as Answer, trusted).retryAfterMs).toBe(0)
    expect(verdictOf({ ...mozilla(503, 201), headers: after } as Answer, trusted).retryAfterMs).toBe(120_000)
    expect(verdictOf(mozilla(503, 201), trusted).retryAfterMs).toBeUndefined()
  })
})

describe('Apple', () => {
  test.each<[number, string, VerdictClass]>([
    [403, 'BadJwtToken', 'auth_broken'],
    [403, 'ExpiredJwtToken', 'auth_broken'],
    [403, 'VapidPkHashMismatch', 'token_wrong_context'],
    [400, 'VapidPkHashMismatch', 'token_wrong_context'],
    [400, 'BadWebPushTopic', 'message_bad'],
    [400, 'BadTtl', 'message_bad'],
    [410, 'Unregistered', 'token_dead'],
    [413, 'PayloadTooLarge', 'message_bad'],
    [429, 'TooManyRequests', 'throttle_target'],
    [503, 'ServiceUnavailable', 'retry'],
  ])('%d %s is %s', (status, reason, expected) => {
    expect(verdictOf(apple(status, reason), trusted)).toMatchObject({ class: expected, code: reason })
  })

  test('a bad token stays the fault of our key, whatever was accepted before', () => {
    expect(verdictOf(apple(403, 'BadJwtToken'), { ...trusted, keyWasAccepted: true }).class).toBe(
      'auth_broken',
    )
  })
})

describe('Microsoft', () => {
  test.each<[number, string, VerdictClass, string | null]>([
    [201, 'received', 'accepted', null],
    [201, 'dropped', 'dropped', 'dropped'],
    [201, 'channelThrottled', 'throttle_target', 'channelthrottled'],
    [406, 'appthrottled', 'throttle_project', 'appthrottled'],
    [406, 'channelthrottled', 'throttle_target', 'channelthrottled'],
    [400, 'dropped', 'message_bad', 'http_400'],
    [401, 'dropped', 'auth_broken', 'http_401'],
    [403, 'dropped', 'auth_broken', 'http_403'],
    [410, 'dropped', 'token_dead', 'http_410'],
  ])('%d with X-WNS-Status %s is %s', (status, said, expected, code) => {
    expect(verdictOf(microsoft(status, said), trusted)).toMatchObject({ class: expected, code })
  })

  test('gives its reasons in headers, which are kept', () => {
    const headers = { 'x-wns-error-description': 'Bad TTL', 'x-wns-debug-trace': 'DB5', 'ms-cv': 'abc.0' }
    expect(verdictOf(microsoft(400, 'dropped', headers), trusted).detail).toBe('Bad TTL; DB5; abc.0')
  })
})

describe('a refusal of the key', () => {
  test.each([401, 403])('%d means only this subscription once the service took the same token', (status) => {
    expect(verdictOf(answer(status), { ...trusted, keyWasAccepted: true }).class).toBe('token_wrong_context')
  })

  test('from a host that nobody knows never stops the lane', () => {
    const stranger = { ...trusted, isTrusted: false }
    for (const bad of [answer(401), answer(403), apple(403, 'BadJwtToken')]) {
      expect(verdictOf(bad, stranger).class).toBe('token_wrong_context')
    }
    expect(verdictOf(answer(406), stranger).class).toBe('throttle_target')
    expect(verdictOf(microsoft(406, 'appthrottled'), stranger).class).toBe('throttle_target')
  })
})

describe('without an answer', () => {
  test.each<[Answer, Partial<Verdict>]>([
    [
      { failure: 'not_sent', code: 'ECONNREFUSED' },
      { class: 'retry', code: 'ECONNREFUSED' },
    ],
    [
      { failure: 'unknown', code: 'ECONNRESET' },
      { class: 'unknown_outcome', code: 'ECONNRESET' },
    ],
    [
      { failure: 'timeout', code: 'TIMEOUT' },
      { class: 'unknown_outcome', code: 'TIMEOUT' },
    ],
    [
      { failure: 'not_sent', code: 'TARGET_REFUSED' },
      { class: 'target_refused', code: 'TARGET_REFUSED' },
    ],
  ])('%o', (failure, expected) => {
    expect(verdictOf(failure, trusted)).toMatchObject({ ...expected, status: null })
    expect(isAccepted(failure)).toBe(false)
  })
})

test('waits as long as Retry-After says', () => {
  expect(verdictOf(answer(429, { 'retry-after': '7' }), trusted).retryAfterMs).toBe(7_000)
  const date = { 'retry-after': 'Thu, 01 Jan 1970 00:00:09 GMT' }
  expect(verdictOf(answer(503, date), { ...trusted, now: 2_000 }).retryAfterMs).toBe(7_000)
})

test('keeps at most 500 characters of the words, and survives any body', () => {
  const page = `<html>${'x'.repeat(2_000)}`
  expect(verdictOf(answer(502, {}, page), trusted).detail).toHaveLength(500)
  for (const body of ['null', '[]', '"text"', '{"errno":"109"}', '{"reason":{}}', '{']) {
    expect(verdictOf(answer(400, {}, body), trusted)).toMatchObject({
      class: 'message_bad',
      code: 'http_400',
    })
  }
})
