import { createECDH } from 'node:crypto'
import { expect, test } from 'vitest'
import { isMadeFor } from './vapid-key.ts'

const key = createECDH('prime256v1').generateKeys()
const bytes = new Uint8Array(key).buffer
const subscription = { options: { applicationServerKey: bytes, userVisibleOnly: true } }

test('a subscription is made for the key that it was made with, padded or not', () => {
  expect(isMadeFor(subscription, key.toString('base64url'))).toBe(true)
  expect(isMadeFor(subscription, `${key.toString('base64url')}=`)).toBe(true)
})

test('a subscription is not made for another key, nor one without a key for any', () => {
  const other = createECDH('prime256v1').generateKeys('base64url')
  expect(isMadeFor(subscription, other)).toBe(false)
  expect(
    isMadeFor({ options: { applicationServerKey: null, userVisibleOnly: true } }, key.toString('base64url')),
  ).toBe(false)
})
