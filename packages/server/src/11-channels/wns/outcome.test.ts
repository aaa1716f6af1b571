import type { Answer } from '@carillon/http2-sender'
import { describe, expect, test } from 'vitest'
import type { Verdict, VerdictClass } from '../channel.ts'
import { verdictOf } from './outcome.ts'

const answer = (status: number, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: '',
})

describe('by status', () => {
  test.each<[number, Record<string, string>, VerdictClass, string | null]>([
    [200, {}, 'accepted', null],
    [200, { 'x-wns-status': 'received' }, 'accepted', null],
    [200, { 'x-wns-notificationstatus': 'received' }, 'accepted', null],
    [200, { 'x-wns-status': 'dropped' }, 'dropped', 'dropped'],
    [200, { 'x-wns-notificationstatus': 'Dropped' }, 'dropped', 'dropped'],
    [200, { 'x-wns-status': 'channelthrottled' }, 'throttle_target', 'channelthrottled'],
    [302, {}, 'message_bad', 'http_302'],
    [400, {}, 'message_bad', 'http_400'],
    [401, {}, 'auth_refresh', 'http_401'],
    [401, { 'x-wns-status': 'dropped' }, 'auth_refresh', 'http_401'],
    [403, {}, 'token_wrong_context', 'http_403'],
    [404, {}, 'token_dead', 'http_404'],
    [404, { 'x-wns-status': 'dropped' }, 'token_dead', 'http_404'],
    [405, {}, 'message_bad', 'http_405'],
    [406, { 'retry-after': '30' }, 'throttle_project', 'http_406'],
    [406, { 'x-wns-status': 'channelthrottled' }, 'throttle_target', 'channelthrottled'],
    [408, {}, 'retry', 'http_408'],
    [410, {}, 'token_dead', 'http_410'],
    [410, { 'x-wns-error-description': 'The channel expired.' }, 'token_dead', 'http_410'],
    [410, { 'x-wns-error-description': 'Domain Blocked' }, 'auth_broken', 'http_410'],
    [413, {}, 'message_bad', 'http_413'],
    [429, {}, 'throttle_project', 'http_429'],
    [499, {}, 'message_bad', 'http_499'],
    [500, {}, 'retry', 'http_500'],
    [502, {}, 'retry', 'http_502'],
    [503, {}, 'retry', 'http_503'],
    [503, { 'retry-after': '30' }, 'throttle_project', 'http_503'],
  ])('%d with %o is %s', (status, headers, expected, code) => {
    expect(verdictOf(answer(status, headers), 0)).toMatchObject({ class: expected, status, code })
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
    [{ failure: 'not_sent', code: 'TARGET_REFUSED' }, { class: 'target_refused' }],
  ])('%o', (failure, expected) => {
    expect(verdictOf(failure, 0)).toMatchObject({ ...expected, status: null })
  })
})

test('keeps the id of the message and what Microsoft asks for in a report', () => {
  const headers = {
    'x-wns-msg-id': '4D2A',
    'x-wns-error-description': 'Bad header',
    'x-wns-debug-trace': 'DB5',
    'ms-cv': 'abc.0',
  }
  expect(verdictOf(answer(200, headers), 0)).toEqual({
    class: 'accepted',
    status: 200,
    code: null,
    providerId: '4D2A',
  })
  expect(verdictOf(answer(400, headers), 0)).toMatchObject({
    providerId: '4D2A',
    detail: 'Bad header; DB5; abc.0',
  })
})

test('waits as long as Retry-After says', () => {
  expect(verdictOf(answer(406, { 'retry-after': '30' }), 0).retryAfterMs).toBe(30_000)
  expect(verdictOf(answer(500), 0).retryAfterMs).toBeUndefined()
})
