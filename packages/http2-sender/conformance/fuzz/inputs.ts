import { writeLiteral } from '../../src/hpack/encode.ts'
import {
  ack,
  block,
  data,
  endHeaders,
  endStream,
  error,
  frame,
  goaway,
  headers,
  literal,
  padded,
  priority,
  reset,
  setting,
  settings,
  type,
  uint32,
  windowUpdate,
} from '../raw/wire.ts'
import type { Chance } from './chance.ts'

/** Header blocks as real servers write them: raw, in Huffman code, for the table and out of it. */
export const blocks: readonly Buffer[] = [
  block(),
  block({ 'content-length': '2', date: 'Mon, 21 Oct 2013 20:13:21 GMT' }),
  Buffer.concat([
    block(),
    huffman('server', 'nginx/1.22.1'),
    huffman('apns-id', '9c0f0a3e-1c9a-4d6c-9d1d-2f6a1b0e4c55'),
  ]),
  Buffer.concat([Buffer.from([0x20, 0x3f, 0xe1, 0x1f]), block(), huffman('x-table', 'kept', true)]),
  Buffer.from([0x88, 0xbe]),
  Buffer.from([0x88, 0xc0, 0xbf, 0xbe, 0x0f, 0x0d, 0x01, 0x32]),
  Buffer.concat([literal(':status', '103'), literal('link', '</style.css>')]),
  literal('x-trailer', 'last'),
]

function huffman(name: string, value: string, intoTable = false): Buffer {
  const out = Buffer.alloc(200)
  return out.subarray(0, writeLiteral(out, 0, intoTable ? 'incremental' : 'plain', name, value, true))
}

/** Frames that a peer may send while streams 1 to 7 are under way. */
function validFrames(chance: Chance): Buffer[] {
  const streamId = 1 + 2 * chance.below(4)
  const some = chance.one(blocks)
  const cut = chance.below(some.length)
  switch (chance.below(12)) {
    case 0:
      return [headers(streamId, some), data(streamId, 'ok')]
    case 1:
      return [headers(streamId, some, endHeaders | endStream)]
    case 2:
      return [
        headers(streamId, some.subarray(0, cut), 0),
        frame(type.continuation, endHeaders, streamId, some.subarray(cut)),
      ]
    case 3:
      return [
        headers(streamId, Buffer.concat([Buffer.from([2]), some, Buffer.alloc(2)]), endHeaders | padded),
      ]
    case 4:
      return [headers(streamId, Buffer.concat([uint32(0), Buffer.from([7]), some]), endHeaders | priority)]
    case 5:
      return [data(streamId, chance.bytes(chance.below(40)), 0), data(streamId, '')]
    case 6:
      return [
        frame(
          type.data,
          padded | endStream,
          streamId,
          Buffer.concat([Buffer.from([3]), Buffer.from('ok'), Buffer.alloc(3)]),
        ),
      ]
    case 7:
      return [windowUpdate(chance.one([0, streamId]), 1 + chance.below(2 ** 20))]
    case 8:
      return [settings([chance.one(Object.values(setting)), chance.one([0, 1, 100, 16_384, 65_535])])]
    case 9:
      return [frame(type.ping, chance.one([0, ack]), 0, chance.bytes(8))]
    case 10:
      return [reset(streamId, chance.one(Object.values(error)))]
    default:
      return [goaway(chance.one([0, 3, 2 ** 31 - 1]), chance.one(Object.values(error)))]
  }
}

/** What a good peer could have sent. */
export function validInput(chance: Chance): Buffer {
  const frames: Buffer[] = []
  for (let count = 1 + chance.below(4); count > 0; count--) frames.push(...validFrames(chance))
  return Buffer.concat(frames)
}

const oddBytes = [0, 1, 2, 5, 0x0f, 0x1f, 0x20, 0x3f, 0x40, 0x7f, 0x80, 0xbe, 0xff]

/** The same with a few faults. */
export function mutated(chance: Chance, input: Buffer): Buffer {
  let bytes = Buffer.from(input)
  for (let count = 1 + chance.below(3); count > 0 && bytes.length > 0; count--) {
    const at = chance.below(bytes.length)
    const to = Math.min(bytes.length, at + 1 + chance.below(12))
    switch (chance.below(7)) {
      case 0:
        bytes[at] = (bytes[at] as number) ^ (1 << chance.below(8))
        break
      case 1:
        bytes[at] = chance.one(oddBytes)
        break
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(to)])
        break
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, to), bytes.subarray(at)])
        break
      case 4:
        bytes = Buffer.concat([bytes.subarray(0, at), chance.bytes(chance.below(6)), bytes.subarray(at)])
        break
      case 5:
        bytes = bytes.subarray(0, at)
        break
      default:
        // Types, flags and ids of a frame's head, which a flipped bit seldom hits.
        bytes[Math.min(bytes.length - 1, chance.one([2, 3, 4, 8]))] = chance.one(oddBytes)
    }
  }
  return bytes
}

/** One in ten is noise from its first byte. */
export function anyInput(chance: Chance): Buffer {
  if (chance.below(10) === 0) return chance.bytes(chance.below(64))
  return mutated(chance, validInput(chance))
}

/** The same bytes in pieces of any length. */
export function pieces(chance: Chance, input: Buffer): Buffer[] {
  const cut: Buffer[] = []
  for (let at = 0; at < input.length; ) {
    const to = at + 1 + chance.below(chance.one([1, 8, 64]))
    cut.push(input.subarray(at, to))
    at = to
  }
  return cut
}
