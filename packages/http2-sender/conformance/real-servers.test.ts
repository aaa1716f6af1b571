import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CreateSender, Sender, SendRequest } from '../src/index.ts'
import { ask, askUntilAnswered, expectBodies, numbers } from './ask.ts'
import { senders } from './senders.ts'
import {
  kindsThatCan,
  type RealServer,
  type ServerKind,
  type ServerLimits,
  serverKinds,
} from './servers/index.ts'

/** What is kept of a response's body. */
const keptBytes = 64 * 1024

const shared = { authorization: 'bearer one', 'apns-topic': 'app.one', 'apns-push-type': 'alert' }

function request(kind: ServerKind, number: number, bodyBytes = 100): SendRequest {
  const path = kind.can.has('describe')
    ? `/echo/${number}?${'z'.repeat(1 + (number % 200))}`
    : `/body/${number}`
  return { path, shared, headers: { 'x-number': String(number) }, body: bodyOf(number, bodyBytes) }
}

function bodyOf(number: number, bytes: number): string {
  return `${number}|`.repeat(Math.ceil(bytes / `${number}|`.length)).slice(0, Math.max(bytes, 0))
}

/** What the server must answer to it. */
function echoOf(kind: ServerKind, { path, method = 'POST', headers, body }: SendRequest): string {
  if (!kind.can.has('describe')) return String(body).slice(0, keptBytes)
  return [method, path, headers['x-number'], shared.authorization, body.length].join(' ')
}

async function withServer(
  kind: ServerKind,
  limits: ServerLimits,
  create: CreateSender,
  work: (sender: Sender, server: RealServer) => Promise<void>,
): Promise<void> {
  await using server = await kind.start(limits)
  await using sender = create({ origin: server.origin, ca: server.ca, unindexed: ['authorization'] })
  await work(sender, server)
}

/** A server that this machine does not have says so in the test's name. */
function describeKinds(kinds: readonly ServerKind[], name: string, suite: (kind: ServerKind) => void): void {
  for (const kind of kinds) {
    const absence = kind.absent?.()
    describe.skipIf(absence !== undefined)(`${name} ${kind.name}${absence ? ` (${absence})` : ''}`, () =>
      suite(kind),
    )
  }
}

describe.each(senders)('$name', ({ create }) => {
  describeKinds(serverKinds, 'against', (kind) => {
    let server: RealServer
    let sender: Sender
    beforeAll(async () => {
      server = await kind.start()
      sender = create({ origin: server.origin, ca: server.ca, unindexed: ['authorization'] })
    })
    afterAll(async () => {
      await sender?.[Symbol.asyncDispose]()
      await server?.[Symbol.asyncDispose]()
    })

    test('gives each of 1,000 requests sent at once its own answer', async () => {
      const requests = numbers(1000).map((number) => request(kind, number, number))
      const responses = await ask(sender, requests)
      expect(responses.every(({ status }) => status === 200)).toBe(true)
      expectBodies(
        responses,
        requests.map((each) => echoOf(kind, each)),
      )
    })

    test('stays on one connection over 30 batches', async () => {
      const connections = new Set<string | undefined>()
      for (const batch of numbers(30)) {
        const requests = numbers(40).map((number) => request(kind, batch * 40 + number))
        const responses = await ask(sender, requests)
        expectBodies(
          responses,
          requests.map((each) => echoOf(kind, each)),
        )
        for (const { headers } of responses) connections.add(headers['x-connection'])
      }
      expect(connections.size).toBe(1)
    })

    test('serves many callers at the same time', async () => {
      const batches = numbers(50).map((batch) =>
        numbers(10).map((number) => request(kind, batch * 10 + number)),
      )
      const answered = await Promise.all(batches.map((batch) => ask(sender, batch)))
      expectBodies(
        answered.flat(),
        batches.flat().map((each) => echoOf(kind, each)),
      )
    })

    test('sends bodies larger than the window whole, beside small ones', async () => {
      const requests = numbers(40).map((number) =>
        request(kind, number, number % 2 ? 200_000 + number : number),
      )
      const responses = await ask(sender, requests)
      expectBodies(
        responses,
        requests.map((each) => echoOf(kind, each)),
      )
    })

    test('keeps the bytes of a body in their order', async () => {
      const requests = numbers(20).map(
        (number): SendRequest => ({ path: `/body/${number}`, headers: {}, body: bodyOf(number, keptBytes) }),
      )
      const responses = await ask(sender, requests)
      expectBodies(
        responses,
        requests.map(({ body }) => String(body)),
      )
    })

    test('reads answers larger than it keeps, in time more than any window holds', async () => {
      const large: SendRequest = { path: '/large', method: 'GET', headers: {}, body: '' }
      // 3 at a time: Node keeps what it has yet to send, and refuses more above 10 MB.
      for (const _ of numbers(8)) {
        const responses = await ask(sender, Array<SendRequest>(3).fill(large))
        for (const { status, body } of responses) expect([status, body.length]).toEqual([200, keptBytes])
      }
    })
  })

  describeKinds(kindsThatCan('describe'), 'against', (kind) => {
    test('sends each method, empty bodies too', async () => {
      await withServer(kind, {}, create, async (sender) => {
        const requests = (['POST', 'GET', 'DELETE'] as const).map(
          (method): SendRequest => ({ ...request(kind, 5, 0), method, path: '/echo' }),
        )
        const responses = await ask(sender, requests)
        expectBodies(
          responses,
          requests.map((each) => echoOf(kind, each)),
        )
      })
    })

    test('never mixes up the headers that some requests share', async () => {
      await withServer(kind, {}, create, async (sender) => {
        const sets = numbers(7).map((set) => ({
          authorization: `bearer ${set}`,
          'x-set': 's'.repeat(set * 300),
        }))
        for (const round of numbers(5)) {
          const requests = numbers(100).map((number): SendRequest => {
            const set = sets[(number * (round + 1)) % sets.length]
            return { path: '/echo', shared: set, headers: { 'x-number': `${number}` }, body: '' }
          })
          const responses = await ask(sender, requests)
          expect(responses.map(({ body }) => body)).toEqual(
            requests.map(
              ({ headers, shared: set }) => `POST /echo ${headers['x-number']} ${set?.authorization} 0`,
            ),
          )
        }
      })
    })
  })

  describeKinds(kindsThatCan('maxConcurrentStreams'), 'with 4 streams at a time against', (kind) => {
    test('answers 300 requests sent at once', async () => {
      await withServer(kind, { maxConcurrentStreams: 4 }, create, async (sender) => {
        const requests = numbers(300).map((number) => request(kind, number))
        const responses = await askUntilAnswered(sender, requests)
        expectBodies(
          responses,
          requests.map((each) => echoOf(kind, each)),
        )
      })
    })
  })

  describeKinds(kindsThatCan('windowBytes'), 'with windows of 15 bytes against', (kind) => {
    test('sends every body, piece by piece', async () => {
      await withServer(kind, { windowBytes: 15 }, create, async (sender) => {
        const requests = numbers(100).map((number) => request(kind, number, number * 3))
        const responses = await ask(sender, requests)
        expectBodies(
          responses,
          requests.map((each) => echoOf(kind, each)),
        )
      })
    })
  })

  describeKinds(kindsThatCan('tableBytes'), 'with hardly any compression table against', (kind) => {
    test('sends headers that the peer understands', async () => {
      await withServer(kind, { tableBytes: 64 }, create, async (sender) => {
        for (const batch of numbers(5)) {
          const requests = numbers(20).map((number) => request(kind, batch * 20 + number))
          const responses = await ask(sender, requests)
          expectBodies(
            responses,
            requests.map((each) => echoOf(kind, each)),
          )
        }
      })
    })
  })

  describeKinds(kindsThatCan('ornate'), 'with padding and trailers from', (kind) => {
    test('reads every answer', async () => {
      await withServer(kind, { ornate: true }, create, async (sender) => {
        const requests = numbers(200).map((number) => request(kind, number, number * 20))
        const responses = await ask(sender, requests)
        expectBodies(
          responses,
          requests.map((each) => echoOf(kind, each)),
        )
      })
    })
  })

  describeKinds(kindsThatCan('requestsPerConnection'), 'with GOAWAY after 50 requests from', (kind) => {
    test.each([
      1, 4,
    ])('loses none of 1,000 requests over %i connections, and none is processed twice', async (maxConnections) => {
      await using server = await kind.start({ requestsPerConnection: 50 })
      await using sender = create({ origin: server.origin, ca: server.ca, maxConnections })
      const requests = numbers(1000).map((number) => request(kind, number))
      const responses = await askUntilAnswered(sender, requests)
      expectBodies(
        responses,
        requests.map((each) => echoOf(kind, each)),
      )
      expect(server.processed).toEqual(new Map(numbers(1000).map((number) => [String(number), 1])))
      expect(new Set(responses.map(({ headers }) => headers['x-connection'])).size).toBeGreaterThan(1)
    })
  })
})
