import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { emailChannel } from './index.ts'

const good = { host: 'smtp.example.com', port: 587, security: 'starttls', from: 'Shop <shop@example.com>' }
const pemOf = (key: { export(options: object): unknown }) =>
  key.export({ type: 'pkcs8', format: 'pem' }) as string
const rsa = pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey)

test.each([
  ['/from', { from: 'Shop' }],
  ['/from', { from: 'a@example.com, b@example.com' }],
  ['/from', { from: 'a@example.com\r\nBcc: b@example.com' }],
  ['/reply_to', { reply_to: 'nobody' }],
  ['/host', { host: 'smtp.example.com/x' }],
  ['/port', { port: 70_000 }],
  ['/security', { security: 'ssl' }],
  ['/password', { user: 'shop' }],
  ['/user', { password: 'secret' }],
  ['/security', { security: 'none', user: 'shop', password: 'secret' }],
  ['/bounce_domain', { bounce_domain: 'not a domain' }],
  ['/dkim/private_key', { dkim: { domain: 'example.com', selector: 's', private_key: 'x' } }],
  [
    '/dkim/private_key',
    {
      dkim: {
        domain: 'example.com',
        selector: 's',
        private_key: pemOf(generateKeyPairSync('ed25519').privateKey),
      },
    },
  ],
  ['/dkim/selector', { dkim: { domain: 'example.com', selector: 'a b', private_key: rsa } }],
  ['/smtp', { smtp: 'x' }],
])('points at %s where %j is wrong', async (pointer, changes) => {
  const refused = emailChannel.parseCredential({ ...good, ...changes })
  await expect(refused).rejects.toMatchObject({
    code: 'invalid_credential',
    details: { errors: [{ pointer }] },
  })
})

test('shows what was entered, and nothing of password and key', async () => {
  const input = {
    ...good,
    user: 'shop',
    password: 'correct-horse',
    dkim: { domain: 'example.com', selector: 's1', private_key: rsa },
    bounce_domain: 'bounces.example.com',
  }
  const { credential } = await emailChannel.parseCredential(input)
  const shown = emailChannel.maskCredential(credential)
  expect(shown).toMatchObject({ user: 'shop', password: '••••••••', dkim: 's1._domainkey.example.com' })
  expect(JSON.stringify(shown)).not.toMatch(/horse|PRIVATE/)
})

test.each([
  'anna@example.com',
  'anna+tag@mail.example.co.uk',
  "o'neil@example.com",
  'ana.maría@exämple.de',
])('%s is an address', (token) => expect(emailChannel.checkAddress({ token })).toBeNull())

test.each([
  'anna',
  '@example.com',
  'anna@',
  'anna@localhost',
  'a b@example.com',
  'a@b@example.com',
  'anna@example.com,ben@example.com',
  'anna@example.com\r\nBcc: x@example.com',
  '<anna@example.com>',
  '.anna@example.com',
  'an..na@example.com',
  'anna@-example.com',
  `${'x'.repeat(65)}@example.com`,
])('%j is none', (token) => expect(emailChannel.checkAddress({ token })).not.toBeNull())
