import { expect, test } from 'vitest'
import { newSecret, signatureOf } from './signature.ts'

const secret = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`
const message = { id: 'msg_1', timestampSeconds: 1_710_759_624, body: '{"a":1}' }
const known = 'v1,ySFYq1lnRZ1TzxuK2uC9BW0OjROgvyXf5LtX2Uh3zYM='

test('signs as Standard Webhooks does', () => {
  expect(signatureOf(message, [secret])).toBe(known)
})

test('signs with every secret that is valid, the newest first', () => {
  const both = signatureOf(message, [newSecret(), secret]).split(' ')
  expect(both).toHaveLength(2)
  expect(both[1]).toBe(known)
  expect(both[0]).not.toBe(known)
})

test('makes secrets of 32 bytes, each another', () => {
  const [one, two] = [newSecret(), newSecret()]
  expect(one).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(one).not.toBe(two)
})
