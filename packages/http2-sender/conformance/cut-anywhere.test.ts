import { describe, expect, test } from 'vitest'
import { numbers } from './ask.ts'
import { type RawConnection, startRawPeer } from './raw/raw-peer.ts'
import { block, data, headers, literal, settings, settingsAck } from './raw/wire.ts'
import { senders } from './senders.ts'

/** Two answers woven into each other, and how many are complete after so many bytes. */
const pieces = [
  { bytes: settings([3, 100]), answered: 0 },
  { bytes: settingsAck, answered: 0 },
  { bytes: headers(1, literal(':status', '103')), answered: 0 },
  { bytes: headers(3, block({ 'x-answer': '/1' })), answered: 0 },
  { bytes: headers(1, block({ 'x-answer': '/0' })), answered: 0 },
  { bytes: data(1, '/', 0), answered: 0 },
  { bytes: data(3, '/1'), answered: 1 },
  { bytes: data(1, '0'), answered: 2 },
]
const whole = Buffer.concat(pieces.map(({ bytes }) => bytes))

function answeredAfter(cut: number): number {
  let answered = 0
  let end = 0
  for (const piece of pieces) {
    end += piece.bytes.length
    if (end <= cut) answered = piece.answered
  }
  return answered
}

/** A client without SETTINGS sends nothing, so these come by themselves. */
const greeting = settings([3, 100])

/** Gives the bytes from the greeting on to whoever writes them, once both requests are there. */
async function startScripted(write: (connection: RawConnection, bytes: Buffer) => void) {
  return await startRawPeer({
    greet: (connection) => connection.write(greeting),
    handle(connection) {
      if (connection.requests.length === 2) write(connection, whole.subarray(greeting.length))
    },
  })
}

const requests = numbers(2).map((number) => ({ path: `/${number}`, headers: {}, body: 'x' }))
const answers = numbers(2).map((number) => ({
  status: 200,
  body: `/${number}`,
  headers: { 'x-answer': `/${number}` },
}))

describe.each(senders)('$name', ({ create }) => {
  test.each([
    'end',
    'destroy',
  ] as const)('gets what was answered and hands back the rest when the connection is cut at any byte: %s', async (how) => {
    for (let cut = greeting.length; cut < whole.length; cut++) {
      await using peer = await startScripted((connection, bytes) => {
        connection.write(bytes.subarray(0, cut - greeting.length))
        if (how === 'end') connection.socket.end()
        else connection.socket.destroySoon()
      })
      await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs: 5000 })
      const got = await sender.send(requests)
      const complete = got.filter((answer) => 'status' in answer)
      expect(complete, `after ${cut} bytes`).toHaveLength(answeredAfter(cut))
      got.forEach((answer, number) => {
        if ('status' in answer) expect(answer).toEqual(answers[number])
        else expect(answer.failure).toBe('unknown')
      })
    }
  }, 120_000)

  test('reads answers that come in two pieces, cut at any byte', async () => {
    let cut = 1
    await using peer = await startScripted((connection, bytes) => {
      connection.write(bytes.subarray(0, cut))
      setTimeout(() => connection.write(bytes.subarray(cut)), 1)
    })
    for (; cut < whole.length - greeting.length; cut++) {
      await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs: 5000 })
      expect(await sender.send(requests), `cut after ${cut} bytes`).toEqual(answers)
    }
  })

  test('reads answers that come byte by byte', async () => {
    await using peer = await startScripted((connection, bytes) => {
      for (const byte of bytes) connection.write(Buffer.from([byte]))
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs: 5000 })
    expect(await sender.send(requests)).toEqual(answers)
  })

  test('gives up, but not for good, when the connection is cut within the greeting', async () => {
    for (let cut = 0; cut < greeting.length; cut++) {
      await using peer = await startRawPeer({
        greet(connection) {
          if (connection.index >= 2) return connection.write(settings())
          connection.write(greeting.subarray(0, cut))
          connection.socket.end()
        },
      })
      await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs: 5000 })
      for (let attempt = 0; attempt < 2; attempt++) {
        for (const answer of await sender.send(requests))
          expect(answer).toMatchObject({ failure: 'not_sent' })
      }
      expect(await sender.send(requests)).toEqual(answers)
    }
  })
})
