import type { AddressInfo } from 'node:net'
import { createServer, type TLSSocket } from 'node:tls'
import { createDecoder } from '../../src/hpack/decode.ts'
import { certificate, key } from '../servers/certificate.ts'
import { ack, answer, endHeaders, endStream, frame, settings, settingsAck, type } from './wire.ts'

export interface RawFrame {
  type: number
  flags: number
  streamId: number
  payload: Buffer
}

export interface RawRequest {
  streamId: number
  path: string
  headers: ReadonlyMap<string, string>
  body: Buffer
}

/** One connection, from the peer's side. */
export interface RawConnection {
  /** 0 for the first that came. */
  index: number
  socket: TLSSocket
  /** All that the client sent, in order. */
  frames: RawFrame[]
  /** Those that have ended. */
  requests: RawRequest[]
  write(...pieces: Buffer[]): void
  /** The error code of the client's GOAWAY. */
  goawayCode(): number | undefined
  /** The first frame that is so, come already or still to come. */
  seen(isIt: (frame: RawFrame) => boolean): Promise<RawFrame>
  closed: Promise<void>
  /** What the client's compression may use from its next size update on. */
  resizeTable(bytes: number): void
}

export interface RawPeerOptions {
  settings?: readonly (readonly [id: number, value: number])[]
  /** Instead of SETTINGS and the acknowledgement of the client's, at once when the connection stands. */
  greet?: (connection: RawConnection) => void
  /** Every frame, before `handle`. What it throws is thrown again when the peer is disposed of. */
  observe?: (connection: RawConnection, frame: RawFrame) => void
  /** A request is there. Answers with its path unless told otherwise. */
  handle?: (connection: RawConnection, request: RawRequest) => void
}

export interface RawPeer extends AsyncDisposable {
  origin: string
  ca: readonly string[]
  connections: RawConnection[]
  /** Come already or still to come. */
  connection(index: number): Promise<RawConnection>
}

const prefaceBytes = 24

/** A server that says what the script says, right or wrong. It refuses nothing and checks no rule by itself. */
export async function startRawPeer(options: RawPeerOptions = {}): Promise<RawPeer> {
  const connections: RawConnection[] = []
  const faults: unknown[] = []
  const waiting = new Map<number, (connection: RawConnection) => void>()
  const server = createServer({ key, cert: certificate, ALPNProtocols: ['h2'] }, (socket) => {
    const connection = serve(socket, connections.length, options, faults)
    connections.push(connection)
    waiting.get(connection.index)?.(connection)
  })
  server.on('tlsClientError', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    origin: `https://localhost:${(server.address() as AddressInfo).port}`,
    ca: [certificate],
    connections,
    connection(index) {
      const known = connections[index]
      return known ? Promise.resolve(known) : new Promise((resolve) => waiting.set(index, resolve))
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const { socket } of connections) socket.destroy()
      await closed
      if (faults.length > 0) throw faults[0]
    },
  }
}

export function answerPath(connection: RawConnection, { streamId, path }: RawRequest): void {
  connection.write(answer(streamId, path))
}

function serve(socket: TLSSocket, index: number, options: RawPeerOptions, faults: unknown[]): RawConnection {
  const { handle = answerPath } = options
  const decoder = createDecoder({ maxTableSize: 4096, maxHeaderListSize: 1 << 20 })
  const open = new Map<
    number,
    { block: Buffer[]; body: Buffer[]; ended: boolean; headers?: Map<string, string> }
  >()
  const watchers = new Set<(frame: RawFrame) => void>()
  let held = Buffer.alloc(0)
  let greeted = false

  const connection: RawConnection = {
    index,
    socket,
    frames: [],
    requests: [],
    write(...pieces) {
      if (!socket.destroyed) socket.write(Buffer.concat(pieces))
    },
    goawayCode: () => connection.frames.find((frame) => frame.type === type.goaway)?.payload.readUInt32BE(4),
    seen(isIt) {
      const known = connection.frames.find(isIt)
      if (known !== undefined) return Promise.resolve(known)
      return new Promise((resolve) => {
        const watch = (frame: RawFrame) => {
          if (!isIt(frame)) return
          watchers.delete(watch)
          resolve(frame)
        }
        watchers.add(watch)
      })
    },
    closed: new Promise((resolve) => socket.once('close', () => resolve())),
    resizeTable: decoder.setMaxTableSize,
  }
  socket.setNoDelay(true)
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    try {
      readAll()
    } catch (error) {
      faults.push(error)
      socket.destroy()
    }
  })
  return connection

  function readAll(): void {
    if (!greeted && held.length >= prefaceBytes) {
      greeted = true
      held = held.subarray(prefaceBytes)
      if (options.greet === undefined) connection.write(settings(...(options.settings ?? [])))
      else options.greet(connection)
    }
    while (greeted && held.length >= 9 && held.length >= 9 + held.readUIntBE(0, 3)) {
      const end = 9 + held.readUIntBE(0, 3)
      const [kind, flags] = [held[3] as number, held[4] as number]
      take({ type: kind, flags, streamId: held.readUInt32BE(5), payload: held.subarray(9, end) })
      held = held.subarray(end)
    }
  }

  function take(received: RawFrame): void {
    connection.frames.push(received)
    for (const watch of watchers) watch(received)
    options.observe?.(connection, received)
    const { type: kind, flags, streamId, payload } = received
    if (kind === type.settings && flags === 0 && options.greet === undefined) connection.write(settingsAck)
    if (kind === type.ping && flags === 0) connection.write(frame(type.ping, ack, 0, payload))
    if (kind === type.headers || kind === type.continuation) takeBlock(received)
    if (kind === type.data) open.get(streamId)?.body.push(payload)
    const stream = open.get(streamId)
    if (stream === undefined) return
    if ((kind === type.headers || kind === type.data) && flags & endStream) stream.ended = true
    if (stream.ended && stream.headers !== undefined) finish(streamId, stream.headers, stream.body)
  }

  function takeBlock({ type: kind, flags, streamId, payload }: RawFrame): void {
    const stream = open.get(streamId) ?? { block: [], body: [], ended: false }
    open.set(streamId, stream)
    // The client neither pads nor gives priorities; if it did, the block would not decode.
    stream.block.push(payload)
    if (kind === type.headers && flags & endStream) stream.ended = true
    if (flags & endHeaders) stream.headers = new Map(decoder.decode(Buffer.concat(stream.block)))
  }

  function finish(streamId: number, headers: ReadonlyMap<string, string>, body: Buffer[]): void {
    open.delete(streamId)
    const request = { streamId, headers, path: headers.get(':path') ?? '', body: Buffer.concat(body) }
    connection.requests.push(request)
    handle(connection, request)
  }
}
