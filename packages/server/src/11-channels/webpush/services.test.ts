import { expect, test } from 'vitest'
import { isMicrosoft, isPushService } from './services.ts'

test.each([
  'https://fcm.googleapis.com/fcm/send/a',
  'https://fcm.googleapis.com/wp/a',
  'https://jmt17.google.com/fcm/send/a',
  'https://updates.push.services.mozilla.com/wpush/v2/a',
  'https://web.push.apple.com/a',
  'https://wns2-by3p.notify.windows.com/w/?token=a',
])('%s is a push service', (endpoint) => {
  expect(isPushService(new URL(endpoint))).toBe(true)
})

test.each([
  'https://push.example.net/a',
  'https://storage.googleapis.com/bucket/a',
  'https://fcm.googleapis.com.evil.example/a',
  'https://evilnotify.windows.com/a',
  'https://evil.example/?fcm.googleapis.com',
])('%s is none', (endpoint) => {
  expect(isPushService(new URL(endpoint))).toBe(false)
})

test('Microsoft is known by its domain', () => {
  expect(isMicrosoft(new URL('https://wns2-by3p.notify.windows.com/w/'))).toBe(true)
  expect(isMicrosoft(new URL('https://evilnotify.windows.com/w/'))).toBe(false)
})
