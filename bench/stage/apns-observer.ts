import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createSecureServer, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2'
import type { AddressInfo } from 'node:net'

/**
 * A small APNs that remembers when what arrived. It answers 429 with Retry-After to the first attempt of one device in
 * so many. Connections have the windows that Node's server gives them, 64 KiB, and 1,000 streams as Apple's.
 * Parameters: key, certificate, one in how many devices is throttled (0: none), Retry-After in seconds.
 */
const [keyFile = '', certificateFile = '', oneIn = '0', retryAfterSeconds = '1'] = process.argv.slice(2)

export interface Observed {
  /** Epoch milliseconds of the first and the last first attempt. */
  firstAtMs: number
  lastAtMs: number
  devices: number
  connections: number
  throttled: number
  /** Milliseconds between a 429 and the same device's next attempt, the shortest and the longest. */
  againAfterMs: { least: number; most: number } | null
  /** When each collapse id arrived first, epoch milliseconds. */
  arrivals: Record<string, number>
}

const seen = new Map<string, number>()
const throttledAt = new Map<string, number>()
const waits: number[] = []
const arrivals: Record<string, number> = {}
const times = { first: 0, last: 0 }
let connections = 0

const server = createSecureServer({
  key: readFileSync(keyFile),
  cert: readFileSync(certificateFile),
  settings: { maxConcurrentStreams: 1_000 },
})
server.on('session', () => connections++)
server.on('stream', (stream, headers) => {
  stream.resume()
  stream.on('error', () => {})
  stream.on('end', () => answer(stream, headers))
})

function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const now = performance.timeOrigin + performance.now()
  const path = String(headers[':path'])
  const collapseId = headers['apns-collapse-id']
  if (typeof collapseId === 'string') arrivals[collapseId] ??= now
  const refusedAt = throttledAt.get(path)
  if (refusedAt !== undefined && seen.get(path) === 1) waits.push(now - refusedAt)
  const attempts = (seen.get(path) ?? 0) + 1
  seen.set(path, attempts)
  if (attempts === 1) {
    times.first ||= now
    times.last = now
  }
  const isThrottled = attempts === 1 && Number(oneIn) > 0 && seen.size % Number(oneIn) === 0
  if (!isThrottled) return stream.respond({ ':status': 200 }, { endStream: true })
  throttledAt.set(path, now)
  stream.respond({ ':status': 429, 'retry-after': retryAfterSeconds })
  stream.end('{"reason":"TooManyRequests"}')
}

function observed(): Observed {
  return {
    firstAtMs: times.first,
    lastAtMs: times.last,
    devices: seen.size,
    connections,
    throttled: throttledAt.size,
    againAfterMs: waits.length > 0 ? { least: Math.min(...waits), most: Math.max(...waits) } : null,
    arrivals,
  }
}

await once(server.listen(0, '127.0.0.1'), 'listening')
const { port } = server.address() as AddressInfo
// What was seen is asked for over plain HTTP on the next free port, which the first line names as well.
const control = createServer((_, response) => response.end(JSON.stringify(observed())))
await once(control.listen(0, '127.0.0.1'), 'listening')
process.stdout.write(`${port} ${(control.address() as AddressInfo).port}\n`)
