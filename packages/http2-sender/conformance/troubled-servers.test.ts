import { describe, expect, test } from 'vitest'
import { createSender, type SendRequest } from '../src/index.ts'
import { ask, askUntilAnswered, expectBodies, numbers } from './ask.ts'
import { senders } from './senders.ts'
import { nghttpd } from './servers/nghttpd.ts'
import { nginx } from './servers/nginx.ts'

const timeoutMs = 2000

function numbered(path: string, number: number, body = ''): SendRequest {
  return { path, headers: { 'x-number': String(number) }, body }
}

describe.each(senders)('$name', ({ create }) => {
  test('takes the answers that nginx gives before it has read the bodies', async () => {
    await using server = await nginx.start()
    await using sender = create({ origin: server.origin, ca: server.ca })
    for (const bodyBytes of [0, 10, 1000, 70_000, 1_000_000]) {
      const requests = numbers(50).map((number) => numbered('/at-once', number, 'x'.repeat(bodyBytes)))
      const responses = await ask(sender, requests)
      expectBodies(
        responses,
        requests.map((_, number) => `POST /at-once ${number}`),
      )
    }
  })

  test('gets one answer for each request while nginx is reloaded again and again', async () => {
    await using server = await nginx.start()
    await using sender = create({ origin: server.origin, ca: server.ca })
    const connections = new Set<string | undefined>()
    for (const round of numbers(20)) {
      if (round % 4 === 1) process.kill(server.pid as number, 'SIGHUP')
      const requests = numbers(100).map((number) => numbered('/echo', round * 100 + number))
      const responses = await askUntilAnswered(sender, requests)
      expectBodies(
        responses,
        requests.map(({ headers }) => `POST /echo ${headers['x-number']}  0`),
      )
      for (const { headers } of responses) connections.add(headers['x-connection'])
    }
    expect(server.processed).toEqual(new Map(numbers(2000).map((number) => [String(number), 1])))
    expect(connections.size).toBeGreaterThan(1)
  })

  test('hands back what was not answered when the server is killed', async () => {
    await using server = await nghttpd.start()
    await using sender = create({ origin: server.origin, ca: server.ca, timeoutMs })
    const body = (number: number) => `${number}|`.repeat(20_000 / `${number}|`.length)
    const first = sender.send([numbered('/body', 0, 'first')])
    const burst = sender.send(numbers(1000).map((number) => numbered('/body', number, body(number))))
    expect(await first).toMatchObject([{ status: 200, body: 'first' }])
    process.kill(server.pid as number, 'SIGKILL')
    // Now and then node:http2 misses that its socket was reset; then the time limit ends it.
    const handedBack = create === createSender ? ['not_sent', 'unknown'] : ['not_sent', 'unknown', 'timeout']
    const answers = await burst
    answers.forEach((answer, number) => {
      if ('status' in answer) expect(answer.body).toBe(body(number))
      else expect(handedBack).toContain(answer.failure)
    })
    expect(answers.some((answer) => 'failure' in answer)).toBe(true)
    const [later] = await sender.send([numbered('/body', 1)])
    expect(later).toMatchObject(
      create === createSender ? { failure: 'not_sent', code: 'ECONNREFUSED' } : { code: expect.any(String) },
    )
  })
})
