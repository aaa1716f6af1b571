import type { Answer } from '@carillon/http2-sender'
import { describe, expect, test } from 'vitest'
import { readTokenAnswer } from './token.ts'

const answer = (status: number, body: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

describe('a token', () => {
  test.each([
    [3599, 3599],
    ['86399', 86_399],
    [undefined, 60],
    ['soon', 60],
  ])('with expires_in %s holds for %d seconds', (expires_in, seconds) => {
    const body = { token_type: 'Bearer', access_token: 'abc', expires_in }
    expect(readTokenAnswer(answer(200, body), 5_000)).toEqual({
      value: 'abc',
      expiresAtMs: 5_000 + seconds * 1000,
    })
  })
})

describe('no token', () => {
  test.each<[string, Answer, object]>([
    [
      'a wrong secret is our fault',
      answer(401, { error: 'invalid_client', error_description: 'AADSTS7000215: Invalid client secret.' }),
      {
        refused: 'auth_broken',
        status: 401,
        code: 'invalid_client',
        detail: 'AADSTS7000215: Invalid client secret.',
      },
    ],
    [
      'an unknown application is our fault',
      answer(400, { error: 'unauthorized_client' }),
      { refused: 'auth_broken', status: 400, code: 'unauthorized_client' },
    ],
    [
      'an unknown tenant is our fault',
      answer(400, { error: 'invalid_request' }),
      { refused: 'auth_broken', code: 'invalid_request' },
    ],
    ['a wrong address is our fault', answer(404, '<html>'), { refused: 'auth_broken', code: 'http_404' }],
    [
      'too many requests pass',
      answer(429, '', { 'retry-after': '9' }),
      { refused: 'retry', retryAfterMs: 9_000 },
    ],
    [
      'trouble of the service passes',
      answer(503, '<html>'),
      { refused: 'retry', status: 503, code: 'http_503' },
    ],
    [
      'trouble in the words of OAuth passes',
      answer(400, { error: 'temporarily_unavailable' }),
      { refused: 'retry', code: 'temporarily_unavailable' },
    ],
    ['an unreadable answer passes', answer(200, 'null'), { refused: 'retry', code: 'http_200' }],
    [
      'no connection passes',
      { failure: 'not_sent', code: 'ECONNREFUSED' },
      { refused: 'retry', status: null, code: 'ECONNREFUSED' },
    ],
  ])('%s', (_, given, expected) => {
    expect(readTokenAnswer(given, 0)).toMatchObject(expected)
  })
})
