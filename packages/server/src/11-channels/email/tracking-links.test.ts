import { randomBytes, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createVault } from '../../00-kernel/index.ts'
import { createTrackingLinks } from './tracking-links.ts'

const links = createTrackingLinks(createVault(randomBytes(32)))
const origin = 'https://push.example'

test('a link says which email it was in and where it leads, whatever the address', () => {
  fc.assert(
    fc.property(fc.webUrl({ withQueryParameters: true, withFragments: true }), (url) => {
      const deliveryId = randomUUID()
      const link = new URL(links.of(origin, deliveryId).click(url))
      const token = link.pathname.replace('/l/', '')
      expect(link.searchParams.get('to')).toBe(url)
      expect(links.parseClick(token, url)).toBe(deliveryId)
      expect(links.parseClick(token, `${url}x`)).toBeNull()
      expect(links.parseOpen(token)).toBeNull()
    }),
  )
})

test('nobody else makes one, and no changed byte is one', () => {
  const deliveryId = randomUUID()
  const token = new URL(links.of(origin, deliveryId).open()).pathname.replace('/o/', '')
  expect(links.parseOpen(token)).toBe(deliveryId)
  const bytes = Buffer.from(token, 'base64url')
  for (let i = 0; i < bytes.length; i++) {
    const changed = Buffer.from(bytes)
    changed[i] = (changed[i] ?? 0) ^ 1
    expect(links.parseOpen(changed.toString('base64url'))).toBeNull()
  }
  expect(createTrackingLinks(createVault(randomBytes(32))).parseOpen(token)).toBeNull()
  for (const other of ['', 'x', `${token}A`, token.slice(1), '%00', '💥'])
    expect(links.parseOpen(other)).toBeNull()
})
