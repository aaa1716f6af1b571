import { describe, expect, test } from 'vitest'
import { type Answer, type CreateSender, createSender } from '../src/index.ts'
import { askUntilAnswered, numbers } from './ask.ts'
import { type Attack, confusing, deadly, harmless, spoiling } from './raw/attacks.ts'
import { answerPath, type RawConnection, startRawPeer } from './raw/raw-peer.ts'
import { answer, endHeaders, endStream, headers, literal } from './raw/wire.ts'
import { senders } from './senders.ts'

const timeoutMs = 2000

/**
 * Three requests; the first is answered, then comes the attack with whatever answers it holds, then the answers to the
 * others. All further requests are served well.
 */
async function underAttack(create: CreateSender, { bytes }: Attack, after: Buffer[]) {
  await using peer = await startRawPeer({
    handle(connection, request) {
      const nth = connection.requests.length
      if (connection.index > 0 || nth > 3) answerPath(connection, request)
      else if (nth === 3) connection.write(answer(1, '/0'), bytes, ...after)
    },
  })
  await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
  const answers = await sender.send(
    numbers(3).map((number) => ({ path: `/${number}`, headers: {}, body: '' })),
  )
  expectNothingMixedUp(answers)
  const [later] = await askUntilAnswered(sender, [{ path: '/later', headers: {}, body: '' }])
  expect(later?.body).toBe('/later')
  return { answers, first: peer.connections[0] as RawConnection }
}

/** Whoever has an answer has its own. */
function expectNothingMixedUp(answers: readonly Answer[]): void {
  answers.forEach((answer, number) => {
    if ('status' in answer) expect(answer).toMatchObject({ status: 200, body: `/${number}` })
    else expect(answer.code).toMatch(/^[A-Z][A-Z0-9_]+$/)
  })
}

function partOf(answer: Answer | undefined): object {
  if (answer === undefined) return {}
  return 'failure' in answer ? { failure: answer.failure } : { headers: answer.headers }
}

describe.each(senders)('$name', ({ create }) => {
  test.each(deadly)('gives a connection up after $name', async (attack) => {
    const after = [answer(3, '/1'), answer(5, '/2')]
    const { answers, first } = await underAttack(create, attack, after)
    expect(answers[0]).toMatchObject({ status: 200, body: '/0' })
    expect(answers.slice(1)).toMatchObject([{ failure: 'unknown' }, { failure: 'unknown' }])
    await first.closed
    expect(attack.codes).toContain(first.goawayCode())
  })

  test.each(spoiling)('takes no answer from $name', async (attack) => {
    const { answers } = await underAttack(create, attack, [answer(5, '/2')])
    expect(answers[0]).toMatchObject({ status: 200, body: '/0' })
    const spoiled = attack.orDropped ? [{ failure: 'unknown' }, { headers: {} }] : [{ failure: 'unknown' }]
    expect(spoiled).toContainEqual(partOf(answers[1]))
  })

  test.each(
    create === createSender ? harmless : harmless.filter(({ notForNode }) => !notForNode),
  )('bears $name', async (attack) => {
    const { answers } = await underAttack(create, attack, [answer(5, '/2')])
    expect(answers).toMatchObject(numbers(3).map((number) => ({ status: 200, body: `/${number}` })))
  })

  test.each(confusing)('gives nobody what is not his after $name', async (attack) => {
    const { answers } = await underAttack(create, attack, [answer(3, '/1'), answer(5, '/2')])
    expect(answers[0]).toMatchObject({ status: 200, body: '/0' })
  })

  test('takes a 304 that states the length of a body which it never has', async () => {
    await using peer = await startRawPeer({
      handle(connection, { streamId }) {
        const stated = Buffer.concat([literal(':status', '304'), literal('content-length', '5')])
        connection.write(headers(streamId, stated, endHeaders | endStream))
      },
    })
    await using sender = create({ origin: peer.origin, ca: peer.ca, timeoutMs })
    expect(await sender.send([{ path: '/', headers: {}, body: '' }])).toEqual([
      { status: 304, headers: { 'content-length': '5' }, body: '' },
    ])
  })
})
