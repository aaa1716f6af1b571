import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, expect, vi } from 'vitest'
import type { Batch, Connection, ConnectionOptions, Job } from '../connection.ts'
import type { ErrorName } from '../h2/error-codes.ts'
import {
  flag,
  frameType,
  preface,
  writeFrameHead,
  writeGoaway,
  writeReset,
  writeSettings,
  writeSettingsAck,
  writeWindowUpdate,
} from '../h2/frames.ts'
import { ownHttp2 } from '../h2/own-connection.ts'
import { createFrameReader } from '../h2/read-frames.ts'
import { staticIndexOf, writeIndexed } from '../hpack/encode.ts'
import type { Answer, SendRequest } from '../sender.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

interface SeenFrame {
  type: number
  flags: number
  streamId: number
  payload: Buffer
}

/** The other end: it sends what the test says, and keeps the frames that come. */
function peerOf(socket: Socket) {
  const frames: SeenFrame[] = []
  let toSkip = preface.length
  const reader = createFrameReader(16_384, ({ type, flags, streamId, bytes, start, end }) => {
    frames.push({ type, flags, streamId, payload: Buffer.from(bytes.subarray(start, end)) })
  })
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    const skipped = Math.min(toSkip, chunk.length)
    toSkip -= skipped
    reader.read(chunk.subarray(skipped))
  })
  const seen = (type: number) => frames.filter((frame) => frame.type === type)
  return {
    socket,
    frames,
    seen,
    send: (...pieces: Buffer[]) => socket.write(Buffer.concat(pieces)),
    received: (type: number, count = 1) =>
      vi.waitFor(() => {
        expect(seen(type).length).toBeGreaterThanOrEqual(count)
        return seen(type)
      }),
    bytesOf: (streamId: number) =>
      seen(frameType.data).reduce(
        (sum, frame) => sum + (frame.streamId === streamId ? frame.payload.length : 0),
        0,
      ),
  }
}

export const scratch = Buffer.alloc(64 * 1024)
export const written = (end: number) => Buffer.from(scratch.subarray(0, end))
export const settings = (...values: [number, number][]) => written(writeSettings(scratch, 0, values))
export const settingsAck = () => written(writeSettingsAck(scratch, 0))
export const windowUpdate = (streamId: number, bytes: number) =>
  written(writeWindowUpdate(scratch, 0, streamId, bytes))
export const reset = (streamId: number, error: ErrorName) => written(writeReset(scratch, 0, streamId, error))
export const goaway = (lastStreamId: number, error: ErrorName = 'NO_ERROR') => {
  const bytes = written(writeGoaway(scratch, 0, error))
  bytes.writeUInt32BE(lastStreamId, 9)
  return bytes
}
export const frame = (type: number, flags: number, streamId: number, payload: Buffer | string = '') => {
  writeFrameHead(scratch, 0, Buffer.byteLength(payload), type, flags, streamId)
  return Buffer.concat([written(9), Buffer.from(payload)])
}
export const statusBlock = () => written(writeIndexed(scratch, 0, staticIndexOf(':status', '200')))
export const answer = (streamId: number) =>
  frame(frameType.headers, flag.endHeaders | flag.endStream, streamId, statusBlock())

export const concurrent = 3
export const initialWindow = 4
export const maxHeaderList = 6

/** A connection of ours to a peer that is played byte by byte; both end with the test. */
export async function connected(first: Buffer = settings(), options: Partial<ConnectionOptions> = {}) {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [accepted] = (await once(server, 'connection')) as [Socket]
  const peer = peerOf(accepted)
  const answers = new Map<string, Answer>()
  const events = {
    settled: vi.fn((job: Job, result: Answer) => {
      expect(answers.has(job.request.path)).toBe(false)
      answers.set(job.request.path, result)
    }),
    freed: vi.fn(),
    pressed: vi.fn(),
    closed: vi.fn(),
  }
  peer.send(first)
  const opening = ownHttp2.open(
    { socket, read: (take) => void socket.on('data', take) },
    {
      origin: new URL('https://push.example'),
      timeoutMs: 5000,
      idleMs: 5000,
      limit: () => 100,
      maxInFlight: 100,
      unindexed: [],
      events,
      ...options,
    },
    new AbortController().signal,
  )
  let connection: Connection | undefined
  closing.push(() => {
    connection?.destroy()
    accepted.destroy()
    socket.destroy()
    server.close()
  })
  connection = await opening
  const start = (path: string, request: Partial<SendRequest> = {}) => connection.start(jobOf(path, request))
  const answered = (count: number) => vi.waitFor(() => expect(answers.size).toBe(count))
  return { connection, peer, answers, events, start, answered }
}

function jobOf(path: string, request: Partial<SendRequest>): Job {
  const whole: SendRequest = { path, headers: {}, body: '', ...request }
  const batch: Batch = { requests: [whole], answers: [], open: 1, isUrgent: false, resolve: () => {} }
  return { request: whole, batch, index: 0, resent: false }
}
