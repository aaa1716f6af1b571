import { expect, test } from 'vitest'
import { staticIndexOf, writeIndexed, writeLiteral } from '../hpack/encode.ts'
import { createResponseHeads } from './response-head.ts'

const out = Buffer.alloc(10_000)

function blockOf(headers: [string, string][], kind: 'plain' | 'incremental' = 'plain'): Buffer {
  let end = 0
  for (const [name, value] of headers) end = writeLiteral(out, end, kind, name, value)
  return Buffer.from(out.subarray(0, end))
}

function readOnce(block: Buffer) {
  return createResponseHeads().read(block, 0, block.length)
}

test('status, headers and the stated length are read, and a header that comes twice is one', () => {
  const block = blockOf([
    [':status', '410'],
    ['content-length', '12'],
    ['warning', 'a'],
    ['warning', 'b'],
  ])
  expect(readOnce(block)).toEqual({
    status: 410,
    headers: { 'content-length': '12', warning: 'a, b' },
    contentLength: 12,
  })
})

test('equal blocks give one and the same head, and others their own', () => {
  const heads = createResponseHeads()
  const one = blockOf([
    [':status', '200'],
    ['x-id', 'one'],
  ])
  const two = blockOf([
    [':status', '200'],
    ['x-id', 'two'],
  ])
  const read = (block: Buffer) => heads.read(Buffer.concat([Buffer.of(0), block]), 1, block.length + 1)
  const head = read(one)
  expect(read(one)).toBe(head)
  expect(read(two)?.headers).toEqual({ 'x-id': 'two' })
  expect(head?.headers).toEqual({ 'x-id': 'one' })
  expect(read(one)?.headers).toEqual({ 'x-id': 'one' })
})

test('a peer may use its table all the same, and what depends on it is never taken from memory', () => {
  const heads = createResponseHeads()
  const newest = Buffer.concat([blockOf([[':status', '200']]), Buffer.of(0x80 | 62)])
  const add = (value: string) =>
    blockOf(
      [
        [':status', '200'],
        ['x-id', value],
      ],
      'incremental',
    )
  const read = (block: Buffer) => heads.read(block, 0, block.length)?.headers
  for (const value of ['a', 'b', 'a', 'c', 'c']) {
    expect(read(add(value))).toEqual({ 'x-id': value })
    expect(read(newest)).toEqual({ 'x-id': value })
  }
})

test.each<[string, [string, string][]]>([
  [
    'two statuses',
    [
      [':status', '200'],
      [':status', '200'],
    ],
  ],
  [
    'a status after a header',
    [
      ['a', 'b'],
      [':status', '200'],
    ],
  ],
  ['a status that is no number', [[':status', 'abc']]],
  [
    'another pseudo-header',
    [
      [':status', '200'],
      [':path', '/'],
    ],
  ],
  [
    'a name in upper case',
    [
      [':status', '200'],
      ['Server', 'x'],
    ],
  ],
  [
    'a line end in a value',
    [
      [':status', '200'],
      ['a', 'b\r\nc'],
    ],
  ],
  [
    'a header of HTTP/1.1 connections',
    [
      [':status', '200'],
      ['transfer-encoding', 'chunked'],
    ],
  ],
  [
    'a length that is no number',
    [
      [':status', '200'],
      ['content-length', '-1'],
    ],
  ],
  [
    'two different lengths',
    [
      [':status', '200'],
      ['content-length', '1'],
      ['content-length', '2'],
    ],
  ],
])('%s is no head of an answer', (_what, headers) => {
  expect(readOnce(blockOf(headers))).toBeUndefined()
})

test('a block without a status is trailers, with status 0', () => {
  expect(readOnce(blockOf([['grpc-status', '0']]))).toMatchObject({ status: 0 })
  const indexed = writeIndexed(out, 0, staticIndexOf(':status', '204'))
  expect(readOnce(Buffer.from(out.subarray(0, indexed)))?.status).toBe(204)
})
