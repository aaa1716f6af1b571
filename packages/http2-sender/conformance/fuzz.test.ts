import { setImmediate } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { codeOf } from '../src/connection.ts'
import { ProtocolError } from '../src/h2/error-codes.ts'
import { createFrameReader } from '../src/h2/read-frames.ts'
import { createDecoder, type Decoder } from '../src/hpack/decode.ts'
import { HpackError } from '../src/hpack/hpack-error.ts'
import type { Answer } from '../src/index.ts'
import { type Chance, createChance } from './fuzz/chance.ts'
import { anyInput, blocks, mutated, pieces, validInput } from './fuzz/inputs.ts'
import { openFed } from './fuzz/one-connection.ts'

const inputs = Number(process.env.FUZZ_INPUTS ?? 50_000)
const seed = Number(process.env.FUZZ_SEED ?? Date.now() % 2 ** 32)
const timeoutMs = 60_000 + inputs

/** Runs a share of all inputs, each from a seed of its own, which a failure tells. */
async function fuzz(share: number, attempt: (chance: Chance) => void | Promise<void>): Promise<void> {
  for (let count = 0; count < inputs * share; count++) {
    try {
      await attempt(createChance(seed + count))
    } catch (cause) {
      throw new Error(`to see it again: FUZZ_SEED=${seed + count} FUZZ_INPUTS=1`, { cause })
    }
    // What connections put off to the next turn holds their memory.
    if (count % 50 === 0) await setImmediate()
  }
}

describe('whatever bytes come', () => {
  test(
    'frames are the same whether they come whole or in pieces, and only a ProtocolError ends them',
    async () => {
      await fuzz(0.5, (chance) => {
        const input = anyInput(chance)
        const whole = framesOf([input])
        const inPieces = framesOf(pieces(chance, input))
        if (inPieces !== whole) expect(inPieces).toBe(whole)
      })
    },
    timeoutMs,
  )

  test(
    'header blocks give headers within the limit or an HpackError',
    async () => {
      await fuzz(0.478, (chance) => {
        const decoder = createDecoder({ maxTableSize: 4096, maxHeaderListSize: 2000 })
        for (let count = 1 + chance.below(3); count > 0; count--) {
          const block =
            chance.below(10) === 0 ? chance.bytes(chance.below(50)) : mutated(chance, chance.one(blocks))
          if (!decodesWell(decoder, block)) return
        }
      })
    },
    timeoutMs,
  )

  test(
    'a connection settles each request once, and never throws',
    async () => {
      await fuzz(0.02, async (chance) => {
        const connection = await openFed()
        for (let count = 0; count < 4 && connection.isOpen(); count++) {
          for (const piece of pieces(chance, anyInput(chance))) connection.feed(piece)
        }
        connection.end()
        const { answers } = connection
        if (!answers.every((each) => each.length === 1 && isAnswer(each[0])))
          expect(answers).toBe('one answer each')
      })
    },
    timeoutMs,
  )

  test(
    'a connection tells the same whether good bytes come whole or in pieces',
    async () => {
      await fuzz(0.002, async (chance) => {
        const input = validInput(chance)
        const [whole, inPieces] = [await openFed(), await openFed()]
        whole.feed(input)
        for (const piece of pieces(chance, input)) inPieces.feed(piece)
        expect(inPieces.answers).toEqual(whole.answers)
        whole.end()
        inPieces.end()
      })
    },
    timeoutMs,
  )
})

/** In one line, with how it ended. */
function framesOf(chunks: readonly Buffer[]): string {
  let seen = ''
  const { read } = createFrameReader(16_384, ({ type, flags, streamId, bytes, start, end }) => {
    seen += `${type} ${flags} ${streamId} ${bytes.toString('latin1', start, end)}|`
  })
  try {
    for (const chunk of chunks) read(chunk)
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    seen += codeOf(error, '')
  }
  return seen
}

function decodesWell(decoder: Decoder, block: Buffer): boolean {
  const headers: [string, string][] = []
  let isPure = false
  try {
    isPure = decoder.decodeInto((name, value) => headers.push([name, value]), block, 0, block.length)
  } catch (error) {
    if (!(error instanceof HpackError)) throw error
    return false
  }
  const bytes = headers.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0)
  if (bytes > 2000) expect.fail(`${bytes} bytes of headers`)
  // What is said to depend on no table must mean the same without one.
  if (isPure)
    expect(createDecoder({ maxTableSize: 0, maxHeaderListSize: 2000 }).decode(block)).toEqual(headers)
  return true
}

/** Without `expect`, which takes longer than the connection. */
function isAnswer(answer: Answer | undefined): boolean {
  if (answer === undefined) return false
  if ('status' in answer) return answer.status >= 200 && typeof answer.body === 'string'
  return /^[A-Z][A-Z0-9_]+$/.test(answer.code) && answer.failure !== 'timeout'
}
