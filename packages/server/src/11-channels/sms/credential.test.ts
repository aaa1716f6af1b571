import { expect, test } from 'vitest'
import { maskSmsCredential, parseSmsCredential } from './credential.ts'

const twilio = {
  provider: 'twilio',
  account_sid: `AC${'0a'.repeat(16)}`,
  auth_token: `${'0b'.repeat(14)}cdef`,
  from: '+15005550006',
} as const
const smpp = {
  provider: 'smpp',
  host: 'smsc.example.com',
  port: 2775,
  system_id: 'shop',
  password: 'secret',
  from: 'SHOP',
} as const

const pointerOf = (input: unknown) =>
  parseSmsCredential(input).then(
    () => null,
    (problem) => problem.details.errors[0].pointer,
  )

test('takes both kinds as they are', async () => {
  const { from, ...account } = twilio
  expect(await parseSmsCredential(twilio)).toEqual({ credential: twilio, expiresAt: null })
  expect(await pointerOf({ ...account, messaging_service_sid: `MG${'0c'.repeat(16)}` })).toBeNull()
  expect(await parseSmsCredential(smpp)).toEqual({ credential: smpp, expiresAt: null })
  expect(await pointerOf({ ...smpp, tls: true, window: 50, enquire_link_seconds: 60 })).toBeNull()
})

test.each([
  [{ ...twilio, account_sid: 'AC12' }, '/account_sid'],
  [{ ...twilio, auth_token: 'short' }, '/auth_token'],
  [{ ...twilio, from: undefined }, '/from'],
  [{ ...twilio, messaging_service_sid: `MG${'0c'.repeat(16)}` }, '/from'],
  [{ ...twilio, from: 'A name that is too long' }, '/from'],
  [{ ...twilio, from: undefined, messaging_service_sid: 'MG1' }, '/messaging_service_sid'],
  [{ ...smpp, host: 'https://smsc.example.com' }, '/host'],
  [{ ...smpp, port: 0 }, '/port'],
  [{ ...smpp, password: 'nine chars' }, '/password'],
  [{ ...smpp, system_id: 'größe' }, '/system_id'],
  [{ ...smpp, from: '' }, '/from'],
  [{ ...smpp, window: 0 }, '/window'],
  [{ ...smpp, extra: 1 }, '/extra'],
  [{ provider: 'pigeon' }, '/provider'],
])('refuses %o at %s', async (input, pointer) => {
  expect(await pointerOf(input)).toBe(pointer)
})

test('shows no secret', () => {
  expect(maskSmsCredential(twilio)).toEqual({ ...twilio, auth_token: '••••••••cdef' })
  expect(maskSmsCredential(smpp)).toEqual({ ...smpp, tls: false, password: '••••••••' })
})
