import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createDecoder } from '../hpack/decode.ts'
import type { SendRequest } from '../sender.ts'
import { createRequestHeaders } from './request-headers.ts'

const out = Buffer.alloc(64 * 1024)

function planOf(unindexed: string[] = []) {
  const headers = createRequestHeaders('push.example:443', unindexed)
  const decoder = createDecoder({ maxTableSize: 4096, maxHeaderListSize: 65_536 })
  return {
    headers,
    decoder,
    encode(request: Partial<SendRequest>) {
      const measured = headers.measure({ path: '/', headers: {}, body: '', ...request })
      const bytes = headers.write(out, 0)
      expect(measured).toBeGreaterThanOrEqual(bytes)
      const decoded = decoder.decode(Buffer.from(out.subarray(0, bytes)))
      return { bytes, decoded: Object.fromEntries(decoded), first: out.readUInt8(0) }
    },
  }
}

test('a request has its pseudo-headers first, then what is shared, then its own', () => {
  const { decoded } = planOf().encode({
    path: '/a',
    method: 'DELETE',
    shared: { 'x-a': '1' },
    headers: { 'X-B': '2' },
  })
  expect(Object.entries(decoded)).toEqual([
    [':path', '/a'],
    [':method', 'DELETE'],
    [':scheme', 'https'],
    [':authority', 'push.example:443'],
    ['x-a', '1'],
    ['x-b', '2'],
  ])
})

test('what is shared costs a byte a header from the second request on, whatever else changes', () => {
  const { encode } = planOf()
  const shared = { 'x-a': 'a'.repeat(100), 'x-b': 'b'.repeat(100) }
  const request = (i: number) => encode({ path: `/${i}`, shared, headers: { 'x-own': `${i}` } })
  expect(request(1).bytes).toBeGreaterThan(200)
  const { bytes } = request(2)
  expect(bytes).toBeLessThan(30)
  for (let i = 3; i < 10; i++) expect(request(i).bytes).toBe(bytes)
})

test('another shared object moves the indexes of the first, and both stay right', () => {
  const { encode } = planOf()
  const one = { 'x-one': '1' }
  const two = { 'x-two': '2' }
  for (const shared of [one, one, two, one, two, two, one]) {
    const { decoded } = encode({ shared })
    expect(decoded).toEqual({
      ':path': '/',
      ':method': 'POST',
      ':scheme': 'https',
      ':authority': 'push.example:443',
      ...shared,
    })
  }
})

test('a header of the request goes before a shared one of its name', () => {
  const { encode, headers } = planOf()
  const shared = { 'x-a': 'shared', 'x-b': 'b' }
  expect(encode({ shared, headers: { 'X-A': 'own' } }).decoded).toMatchObject({ 'x-a': 'own', 'x-b': 'b' })
  const measured = headers.measure({ path: '/', shared, headers: { 'x-a': 'own' }, body: '' })
  expect(measured).toBe(
    headers.measure({ path: '/', shared: { 'x-b': 'b' }, headers: { 'x-a': 'own' }, body: '' }),
  )
})

test('unindexed headers, and such as would fill half the table, are written in full each time', () => {
  const { encode } = planOf(['authorization'])
  const shared = { authorization: 'x'.repeat(300), 'x-huge': 'y'.repeat(2100) }
  encode({ shared })
  expect(encode({ shared }).bytes).toBeGreaterThan(2400)
})

test('a smaller table of the peer is announced and kept to', () => {
  const { encode, headers, decoder } = planOf()
  const shared = { 'x-a': 'a'.repeat(100) }
  encode({ shared })
  headers.setMaxTableSize(0)
  decoder.setMaxTableSize(0)
  const { first, decoded } = encode({ shared })
  expect(first).toBe(0x20)
  expect(decoded['x-a']).toBe(shared['x-a'])
  expect(encode({ shared }).bytes).toBeGreaterThan(100)
})

test('a table that shrinks and grows between two requests is announced with both sizes', () => {
  const { encode, headers, decoder } = planOf()
  const shared = { 'x-a': 'a'.repeat(100) }
  encode({ shared })
  for (const bytes of [100, 3000, 2000]) headers.setMaxTableSize(bytes)
  decoder.setMaxTableSize(100)
  decoder.setMaxTableSize(2000)
  expect(encode({ shared }).decoded['x-a']).toBe(shared['x-a'])
  expect(encode({ shared }).bytes).toBeLessThan(20)
})

test.each([
  ['an empty path', { path: '' }],
  ['a path with a space', { path: '/a b' }],
  ['a path that is not ASCII', { path: '/é' }],
  ['a line end in a value', { headers: { a: 'b\r\nc: d' } }],
  ['a character above 255 in a value', { headers: { a: '€' } }],
  ['a header of HTTP/1.1 connections', { headers: { connection: 'close' } }],
  ['a pseudo-header', { headers: { ':path': '/other' } }],
  ['a space in a name', { headers: { 'a b': 'c' } }],
  ['an empty name', { headers: { '': 'c' } }],
  ['a line end in a shared value', { shared: { a: 'b\nc' } }],
])('%s is no request', (_what, request) => {
  const { headers } = planOf()
  expect(headers.measure({ path: '/', headers: {}, body: '', ...request })).toBe(-1)
  expect(headers.measure({ path: '/', headers: {}, body: '' })).toBeGreaterThan(0)
})

test('whatever is shared, and however the table changes, the peer reads what was meant', () => {
  const values = fc.string({ unit: fc.constantFrom('a', 'b', '~', 'é'), maxLength: 300 })
  const record = fc.dictionary(fc.constantFrom('x-a', 'x-b', 'authorization', 'accept'), values)
  const steps = fc.array(
    fc.oneof(
      fc.record({ tableBytes: fc.integer({ min: 0, max: 5000 }) }),
      fc.record({ shared: fc.nat(3), headers: record }),
    ),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(fc.array(record, { minLength: 4, maxLength: 4 }), steps, (shareds, todo) => {
      const { encode, headers, decoder } = planOf(['authorization'])
      for (const step of todo) {
        if ('tableBytes' in step) {
          headers.setMaxTableSize(step.tableBytes)
          decoder.setMaxTableSize(step.tableBytes)
        } else {
          const shared = shareds[step.shared] ?? {}
          expect(encode({ shared, headers: step.headers }).decoded).toMatchObject({
            ...shared,
            ...step.headers,
          })
        }
      }
    }),
  )
})
