import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { numbered, ok, senderContract, senderOf, serverOf, statuses } from './testing/sender-contract.ts'

senderContract('%s', (_name, create) => {
  test('a server that speaks HTTP/1.1 alone is refused unless protocols allows it', async () => {
    const server = await serverOf({ protocols: 'http/1.1', handle: ok })
    const [answer] = await senderOf(create, { origin: server.origin, ca: server.ca }).send(numbered(1))
    expect(answer).toMatchObject({ failure: 'not_sent' })
    expect(server.requests).toEqual([])
  })

  test.each(['http/1.1', 'both'] as const)('speaks what the peer prefers: %s', async (protocols) => {
    const server = await serverOf({ protocols, handle: ok })
    const sender = senderOf(create, { origin: server.origin, ca: server.ca, protocols: ['h2', 'http/1.1'] })
    expect(statuses(await sender.send(numbered(5)))).toEqual(Array(5).fill(200))
    expect(new Set(server.requests.map(({ httpVersion }) => httpVersion))).toEqual(
      new Set([protocols === 'both' ? '2.0' : '1.1']),
    )
  })

  test('HTTP/1.1 keeps its connections, one request at a time on each, and states the length', async () => {
    const busy = new Set<unknown>()
    const server = await serverOf({
      protocols: 'http/1.1',
      async handle({ socket }) {
        if (busy.has(socket)) return { status: 500 }
        busy.add(socket)
        await delay(1)
        busy.delete(socket)
        return ok()
      },
    })
    const sender = senderOf(create, {
      origin: server.origin,
      ca: server.ca,
      protocols: ['http/1.1'],
      maxConnections: 4,
    })
    expect(statuses(await sender.send(numbered(40)))).toEqual(Array(40).fill(200))
    expect(server.connections()).toBe(4)
    expect(server.requests[0]?.headers).toMatchObject({
      'content-length': '6',
      host: `localhost:${server.port}`,
    })
    expect(server.requests[0]?.headers['transfer-encoding']).toBeUndefined()
  })

  test('HTTP/1.1 opens another connection when the peer closes after an answer', async () => {
    const server = await serverOf({
      protocols: 'http/1.1',
      handle: () => ({ status: 200, headers: { connection: 'close' } }),
    })
    const sender = senderOf(create, { origin: server.origin, ca: server.ca, protocols: ['http/1.1'] })
    expect(statuses(await sender.send(numbered(5)))).toEqual(Array(5).fill(200))
    expect(server.connections()).toBe(5)
  })

  test('HTTP/1.1: a cut socket is unknown, silence is a timeout, and both leave the sender usable', async () => {
    const server = await serverOf({
      protocols: 'http/1.1',
      handle({ path, cut }) {
        if (path === '/0') cut()
        return path === '/2' ? ok() : undefined
      },
    })
    const sender = senderOf(create, {
      origin: server.origin,
      ca: server.ca,
      protocols: ['http/1.1'],
      timeoutMs: 100,
    })
    expect(statuses(await sender.send(numbered(3)))).toEqual(['unknown', 'timeout', 200])
  })
})
