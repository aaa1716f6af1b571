import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createVault } from '../00-kernel/index.ts'
import { createPassSecrets } from './pass-secrets.ts'

const secrets = createPassSecrets(createVault(randomBytes(32)))
const serial = randomBytes(16).toString('base64url')

test('a link leads to its pass and no other text does', () => {
  const link = secrets.linkToken(serial)
  expect(secrets.serialOf(link)).toBe(serial)
  for (const wrong of [
    '',
    serial,
    link.slice(1),
    `${link}A`,
    link.slice(0, -1) + (link.endsWith('A') ? 'B' : 'A'),
    '../'.repeat(18),
  ])
    expect(secrets.serialOf(wrong)).toBe(null)
})

test('who has the link has not the token of Wallet, and the other way round', () => {
  const token = secrets.authenticationToken(serial)
  expect(token.length).toBeGreaterThanOrEqual(16)
  expect(secrets.linkToken(serial)).not.toContain(token)
  expect(secrets.isAuthenticationToken(serial, token)).toBe(true)
  expect(secrets.isAuthenticationToken(serial, secrets.linkToken(serial).slice(22))).toBe(false)
  expect(secrets.isAuthenticationToken(randomBytes(16).toString('base64url'), token)).toBe(false)
})

test('another installation makes other ones', () => {
  const other = createPassSecrets(createVault(randomBytes(32)))
  expect(other.serialOf(secrets.linkToken(serial))).toBe(null)
  expect(other.isAuthenticationToken(serial, secrets.authenticationToken(serial))).toBe(false)
})
