import { expect, test } from 'vitest'
import { proxyFor } from './open-sender.ts'

const proxy = 'http://proxy.example:3128'

test.each([
  ['https://api.push.apple.com', [], proxy],
  ['https://localhost:8443', [], undefined],
  ['https://127.0.0.1:8443', [], undefined],
  ['https://[::1]:8443', [], undefined],
  ['https://push.example', ['push.example'], undefined],
  ['https://push.example:8443', ['push.example:8443'], undefined],
  ['https://push.example', ['push.example:8443'], proxy],
  ['https://eu.push.example', ['.push.example'], undefined],
  ['https://eu.push.example', ['*.PUSH.example'], undefined],
  ['https://evilpush.example', ['push.example'], proxy],
  ['https://push.example', ['*'], undefined],
])('%s with NO_PROXY %j goes by %s', (origin, noProxy, expected) => {
  expect(proxyFor(new URL(origin), { http: 'socket', proxy, noProxy })).toBe(expected)
})

test('without a proxy everything is reached directly', () => {
  const transport = { http: 'socket', proxy: null, noProxy: [] } as const
  expect(proxyFor(new URL('https://api.push.apple.com'), transport)).toBeUndefined()
})
