import { expect, test } from 'vitest'
import { isSignedByTwilio, signTwilio } from './twilio-signature.ts'

/** The example of twilio.com/docs/usage/security. */
const url = 'https://mycompany.com/myapp.php?foo=1&bar=2'
const form = {
  CallSid: 'CA1234567890ABCDE',
  Caller: '+12349013030',
  Digits: '1234',
  From: '+12349013030',
  To: '+18005551212',
}
const signature = '0/KCTR6DLpKmkAf8muzZqo1nDgQ='

test('signs as Twilio’s own example', () => {
  expect(signTwilio('12345', url, form)).toBe(signature)
})

test.each([
  ['as it was signed', {}, true],
  ['with another token', { token: '12346' }, false],
  ['at another address', { url: `${url}&baz=3` }, false],
  ['with another value', { form: { ...form, Digits: '1235' } }, false],
  ['without a signature', { signature: undefined }, false],
  ['with a shorter signature', { signature: signature.slice(1) }, false],
])('%s', (_name, change, expected) => {
  const call = { token: '12345', url, form, signature: signature as string | undefined, ...change }
  expect(isSignedByTwilio(call.signature, call.token, call)).toBe(expected)
})
