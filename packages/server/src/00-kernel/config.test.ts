import { expect, test } from 'vitest'
import { readConfig } from './config.ts'

test('needs nothing at all', () => {
  expect(readConfig({})).toMatchObject({
    port: 8080,
    host: '127.0.0.1',
    databaseUrl: null,
    roles: ['api', 'worker', 'scheduler'],
  })
})

test('names every variable that is wrong, at once', () => {
  expect(() =>
    readConfig({
      PORT: 'http',
      DATABASE_URL: 'mysql://x',
      APNS_ENDPOINT: 'http://example.com',
      ROLES: 'api,cook',
    }),
  ).toThrow(/PORT[\s\S]*DATABASE_URL[\s\S]*ROLES[\s\S]*APNS_ENDPOINT/)
})

test('takes loopback addresses without TLS, and nothing else', () => {
  expect(readConfig({ APNS_ENDPOINT: 'http://127.0.0.1:1' }).endpoints.apns).toBe('http://127.0.0.1:1')
})
