import { describe, expect, test } from 'vitest'
import { staticIndexOf } from './encode.ts'
import { createDecoderTable, createEncoderTable } from './table.ts'

describe('the static table', () => {
  test('knows headers and names, and says 0 for what it does not hold', () => {
    expect(staticIndexOf(':method', 'POST')).toBe(3)
    expect(staticIndexOf(':method')).toBe(2)
    expect(staticIndexOf(':status', '500')).toBe(14)
    expect(staticIndexOf('www-authenticate')).toBe(61)
    expect(staticIndexOf('authorization', 'bearer x')).toBe(0)
    expect(staticIndexOf('apns-topic')).toBe(0)
  })
})

describe('the dynamic table', () => {
  test('counts the newest entry as 62', () => {
    const table = createEncoderTable(4096)
    table.add('apns-topic', 'app.one')
    table.add('apns-push-type', 'alert')
    expect(table.indexOf('apns-push-type', 'alert')).toBe(62)
    expect(table.indexOf('apns-topic', 'app.one')).toBe(63)
    expect(table.indexOf('apns-topic')).toBe(63)
    expect(table.indexOf('apns-topic', 'app.two')).toBe(0)
  })

  test('drops the oldest entries to make room', () => {
    // Each entry counts for 1 + 1 + 32 bytes.
    const table = createEncoderTable(2 * 34)
    for (const name of ['a', 'b', 'c']) table.add(name, '1')
    expect(['a', 'b', 'c'].map((name) => table.indexOf(name))).toEqual([0, 63, 62])
  })

  test('is emptied by an entry larger than itself', () => {
    const table = createDecoderTable(50)
    table.add('a', '1')
    table.add('b', 'x'.repeat(50))
    expect(table.at(0)).toBeUndefined()
    expect(table.bytes).toBe(0)
  })

  test('drops what no longer fits when it shrinks', () => {
    const table = createDecoderTable(4096)
    table.add('a', '1')
    table.add('b', '2')
    table.resize(40)
    expect(table.at(0)).toEqual({ name: 'b', value: '2' })
    expect(table.at(1)).toBeUndefined()
    table.resize(0)
    expect(table.bytes).toBe(0)
  })
})
