import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createVault } from './secrets.ts'

const vault = createVault(randomBytes(32))

test('opens what it sealed, in the same context alone', () => {
  const sealed = vault.seal('secret words', 'credential:a')
  expect(vault.open(sealed, 'credential:a')).toBe('secret words')
  expect(() => vault.open(sealed, 'credential:b')).toThrow()
})

test('seals the same secret differently each time, and never in the clear', () => {
  const [one, two] = [vault.seal('secret words', 'c'), vault.seal('secret words', 'c')]
  expect(one.equals(two)).toBe(false)
  expect(one.includes('secret words')).toBe(false)
})

test('refuses a changed byte anywhere, and another master key', () => {
  const sealed = vault.seal('secret words', 'c')
  for (let i = 0; i < sealed.length; i += 7) {
    const changed = Buffer.from(sealed)
    changed[i] = (changed[i] ?? 0) ^ 1
    expect(() => vault.open(changed, 'c')).toThrow()
  }
  expect(() => createVault(randomBytes(32)).open(sealed, 'c')).toThrow()
})

test('names its key without giving it away, and derives a different key for each purpose', () => {
  expect(vault.keyId).toMatch(/^[0-9a-f]{16}$/)
  expect(vault.derive('a').equals(vault.derive('b'))).toBe(false)
})
