import { startTestServer } from '../../src/testing/index.ts'
import { largeBytes, type ServerKind } from './server-kind.ts'

const large = 'x'.repeat(largeBytes)

export const node: ServerKind = {
  name: 'Node',
  can: new Set(['describe', 'maxConcurrentStreams', 'requestsPerConnection', 'windowBytes', 'tableBytes']),
  async start({ maxConcurrentStreams, requestsPerConnection, windowBytes, tableBytes } = {}) {
    const processed = new Map<string, number>()
    const settings = {
      ...(maxConcurrentStreams !== undefined && { maxConcurrentStreams }),
      ...(windowBytes !== undefined && { initialWindowSize: windowBytes }),
      ...(tableBytes !== undefined && { headerTableSize: tableBytes }),
    }
    const server = await startTestServer({
      settings,
      onSession(session) {
        let streams = 0
        session.on('stream', () => {
          streams++
          // Not at once: Node would process what came in the same packet, and deny it in its GOAWAY.
          if (streams === requestsPerConnection) setImmediate(() => session.close())
        })
      },
      handle({ method, path, headers, body, socket }) {
        const number = String(headers['x-number'] ?? '')
        processed.set(number, (processed.get(number) ?? 0) + 1)
        const answer = (text: string) => ({
          status: 200,
          headers: { 'x-connection': String(socket.remotePort) },
          body: text,
        })
        if (path === '/large') return answer(large)
        if (path.startsWith('/body')) return answer(body)
        return answer([method, path, number, headers.authorization ?? '', body.length].join(' '))
      },
    })
    return {
      origin: server.origin,
      ca: server.ca,
      processed,
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
}
