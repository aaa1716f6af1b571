import { expect, test } from 'vitest'
import { ProtocolError } from './error-codes.ts'
import { writeFrameHead } from './frames.ts'
import { createFrameReader } from './read-frames.ts'

function frameOf(type: number, streamId: number, payload: string): Buffer {
  const head = Buffer.alloc(9)
  writeFrameHead(head, 0, payload.length, type, 0xa5, streamId)
  return Buffer.concat([head, Buffer.from(payload)])
}

function readerOf(maxFrameBytes = 100) {
  const frames: unknown[] = []
  const reader = createFrameReader(maxFrameBytes, ({ type, flags, streamId, bytes, start, end }) => {
    frames.push([type, flags, streamId, bytes.toString('latin1', start, end)])
  })
  return { frames, read: reader.read }
}

const three = Buffer.concat([
  frameOf(1, 3, 'first'),
  frameOf(0, 2 ** 31 - 1, ''),
  frameOf(9, 0, 'x'.repeat(100)),
])
const expected = [
  [1, 0xa5, 3, 'first'],
  [0, 0xa5, 2 ** 31 - 1, ''],
  [9, 0xa5, 0, 'x'.repeat(100)],
]

test('frames come out as they went in, wherever the bytes are split', () => {
  for (let first = 0; first <= three.length; first++) {
    for (let second = first; second <= three.length; second += 7) {
      const { frames, read } = readerOf()
      for (const piece of [three.subarray(0, first), three.subarray(first, second), three.subarray(second)]) {
        read(piece)
      }
      expect(frames).toEqual(expected)
    }
  }
})

test('frames come out of single bytes', () => {
  const { frames, read } = readerOf()
  for (const byte of three) read(Buffer.of(byte))
  expect(frames).toEqual(expected)
})

test('the reserved bit of a stream id is not read', () => {
  const bytes = frameOf(8, 5, '')
  bytes.writeUInt8(0x80, 5)
  const { frames, read } = readerOf()
  read(bytes)
  expect(frames).toEqual([[8, 0xa5, 5, '']])
})

test('a frame that is too long is refused by its head alone, also when that comes in two pieces', () => {
  const head = frameOf(0, 1, 'x'.repeat(101)).subarray(0, 9)
  expect(() => readerOf().read(head)).toThrow(ProtocolError)
  const { frames, read } = readerOf()
  read(head.subarray(0, 4))
  expect(() => read(head.subarray(4))).toThrow(ProtocolError)
  expect(frames).toEqual([])
})
