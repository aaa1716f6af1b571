import { Writable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import { createOutput, slabBytes } from './output.ts'

/** A socket that writes when it is told to. */
function slowSocket() {
  const received: Buffer[] = []
  const waiting: (() => void)[] = []
  const socket = new Writable({
    highWaterMark: 1,
    write(chunk: Buffer, _encoding, done) {
      waiting.push(() => {
        // What counts is what lies there when the socket comes to write it.
        received.push(Buffer.from(chunk))
        done()
      })
    },
  })
  return {
    socket,
    received,
    async writeAll() {
      while (waiting.length > 0) {
        waiting.shift()?.()
        await turn()
      }
    },
  }
}

function fill(output: ReturnType<typeof createOutput>, bytes: number, value: number): boolean {
  if (!output.makeRoom(bytes)) return false
  output.bytes.fill(value, output.at, output.at + bytes)
  output.wrote(output.at + bytes)
  return true
}

test('what one turn of the event loop brings is one write', async () => {
  const { socket, received, writeAll } = slowSocket()
  const output = createOutput(socket, () => {})
  for (let i = 0; i < 100; i++) fill(output, 10, i)
  expect(output.flushed).toBe(0)
  await turn()
  await writeAll()
  expect(received.map(({ length }) => length)).toEqual([1000])
  expect([output.position, output.flushed]).toEqual([1000, 1000])
})

test('a full TLS record does not wait', () => {
  const output = createOutput(slowSocket().socket, () => {})
  fill(output, 16 * 1024, 1)
  expect(output.flushed).toBe(16 * 1024)
})

test('nothing is overwritten before the socket has written it, however far it is behind', async () => {
  const { socket, received, writeAll } = slowSocket()
  const drained = vi.fn()
  const output = createOutput(socket, drained)
  const sent: number[] = []
  for (let round = 0; round < 5; round++) {
    let value = round * 50
    while (fill(output, 5000, value)) sent.push(value++)
    expect(output.isBehind).toBe(true)
    expect(drained).toHaveBeenCalledTimes(round)
    await turn()
    await writeAll()
    expect(output.isBehind).toBe(false)
  }
  const all = Buffer.concat(received)
  expect(all.equals(Buffer.concat(sent.map((value) => Buffer.alloc(5000, value))))).toBe(true)
})

test('a socket that is behind takes answers to the peer still, but not without end', () => {
  const output = createOutput(slowSocket().socket, () => {})
  while (fill(output, 5000, 1));
  let bytes = 0
  while (output.makeRoomForControl(17)) {
    output.wrote(output.at + 17)
    bytes += 17
  }
  expect(bytes).toBeGreaterThan(slabBytes)
  expect(bytes).toBeLessThan(4 * slabBytes)
})

test('what the socket has not got when it closes is never written', async () => {
  const { socket, received, writeAll } = slowSocket()
  const output = createOutput(socket, () => {})
  fill(output, 10, 1)
  output.close()
  fill(output, 20_000, 1)
  await turn()
  await writeAll()
  expect(received).toEqual([])
  expect(output.flushed).toBe(0)
})
