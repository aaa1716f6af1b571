import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * `X-Twilio-Signature` (twilio.com/docs/usage/security): HMAC-SHA1 of the whole address, followed by names and values
 * of the form in the order of the names; in base64.
 */
export function signTwilio(authToken: string, url: string, form: Readonly<Record<string, string>>): string {
  const text = Object.keys(form)
    .sort()
    .reduce((sum, name) => sum + name + form[name], url)
  return createHmac('sha1', authToken).update(text).digest('base64')
}

export function isSignedByTwilio(
  signature: string | undefined,
  authToken: string,
  { url, form }: { url: string; form: Readonly<Record<string, string>> },
): boolean {
  const given = Buffer.from(signature ?? '')
  const expected = Buffer.from(signTwilio(authToken, url, form))
  return given.length === expected.length && timingSafeEqual(given, expected)
}
