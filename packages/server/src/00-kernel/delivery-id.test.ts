import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDeliveryIds } from './delivery-id.ts'

const ids = createDeliveryIds(randomBytes(32))

test('an id gives back its message and ordinal, one by one or many at once', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 40), fc.array(fc.nat(2 ** 31 - 1), { minLength: 1 }), (messageSeq, ordinals) => {
      const many = ids.makeMany(messageSeq, ordinals)
      expect(many).toEqual(ordinals.map((ordinal) => ids.make(messageSeq, ordinal)))
      expect(many.map(ids.parse)).toEqual(ordinals.map((ordinal) => ({ messageSeq, ordinal })))
    }),
  )
})

test('is a version 8 UUID', () => {
  expect(ids.make(1, 1)).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
})

test('refuses an id with a changed ordinal, of another key, or that is no id', () => {
  const id = ids.make(7, 7)
  expect(ids.parse(`${id.slice(0, -1)}8`)).toBeNull()
  expect(createDeliveryIds(randomBytes(32)).parse(id)).toBeNull()
  expect(ids.parse("x' or 1=1")).toBeNull()
})
