import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createVault } from '../../00-kernel/secrets.ts'
import { createUnsubscribeLinks } from './unsubscribe-links.ts'

const link = {
  subscriptionId: '0196a6a0-1111-7222-8333-444455556666',
  deliveryId: '00000000-002a-8abc-9def-000000000007',
}

test('a token gives back whom it is for, and only one that we made', () => {
  const links = createUnsubscribeLinks(createVault(randomBytes(32)))
  const token = links.make(link)
  expect(token).toMatch(/^[A-Za-z0-9_-]{64}$/)
  expect(links.parse(token)).toEqual(link)
  for (let i = 0; i < token.length; i++) {
    const other = token[i] === 'A' ? 'B' : 'A'
    expect(links.parse(token.slice(0, i) + other + token.slice(i + 1))).toBeNull()
  }
  expect(links.parse('')).toBeNull()
  expect(links.parse(`${token}A`)).toBeNull()
  expect(createUnsubscribeLinks(createVault(randomBytes(32))).parse(token)).toBeNull()
})
