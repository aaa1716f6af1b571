import { expect, test } from 'vitest'
import { addressOf, normaliseAddress } from './normalise-address.ts'

test.each([
  ['ada@example.com', 'ada@example.com'],
  ['  Ada.Lovelace+news@Example.COM ', 'Ada.Lovelace+news@example.com'],
  ['ada@müller.example', 'ada@xn--mller-kva.example'],
  ["o'neil@example.com", "o'neil@example.com"],
  ['ada@localhost', null],
  ['ada', null],
  ['@example.com', null],
  ['ada@', null],
  ['ada@exa mple.com', null],
  ['ada@example.com\nBcc: eve@example.com', null],
  ['ada\u0000@example.com', null],
  ['a@b@example.com', null],
  ['"ada lovelace"@example.com', null],
  ['ada@[127.0.0.1]', null],
  ['Ada <ada@example.com>', null],
  [`${'a'.repeat(65)}@example.com`, null],
  [`ada@${'a.'.repeat(130)}example`, null],
  [42, null],
  [null, null],
  [undefined, null],
])('email %j is %j', (given, expected) => {
  expect(normaliseAddress.email(given)).toBe(expected)
})

test.each([
  ['+49 151 1234-5678', '+4915112345678'],
  ['0049 (151) 12345678', '+4915112345678'],
  ['4915112345678', '+4915112345678'],
  [4915112345678, '+4915112345678'],
  ['+1.212.555.0100', '+12125550100'],
  ['0151 12345678', null],
  ['+0123456789', null],
  ['+49151', null],
  ['+4915112345678901', null],
  ['+49 151 CALL', null],
  ['', null],
  [true, null],
])('phone %j is %j', (given, expected) => {
  expect(normaliseAddress.sms(given)).toBe(expected)
})

test('the first attribute that is there counts, even if it is no number', () => {
  expect(addressOf('sms', { mobile: '+4915112345678' })).toBe('+4915112345678')
  expect(addressOf('sms', { phone: '+12125550100', mobile: '+4915112345678' })).toBe('+12125550100')
  expect(addressOf('sms', { phone: 'none', mobile: '+4915112345678' })).toBeNull()
})
