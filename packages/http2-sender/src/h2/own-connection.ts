import {
  type Connection,
  type ConnectionOptions,
  codeOf,
  type Http2,
  type Job,
  type SecureSocket,
} from '../connection.ts'
import type { Answer } from '../sender.ts'
import { createControlFrames } from './control-frames.ts'
import { createControlOutput } from './control-output.ts'
import { codeOfReset, type ErrorName, errorNames, ProtocolError } from './error-codes.ts'
import { sayFarewell } from './farewell.ts'
import { defaultMaxFrameBytes, frameType } from './frames.ts'
import { createOutput } from './output.ts'
import { createFrameReader, type Frame } from './read-frames.ts'
import { createReceiving } from './receiving.ts'
import { createRequestHeaders } from './request-headers.ts'
import { createResponseHeads } from './response-head.ts'
import { watchRest } from './rest-watch.ts'
import { createSending } from './sending.ts'
import { defaultSettings } from './settings.ts'
import { createStreams, type Stream } from './streams.ts'
import { watchTimeouts } from './timeouts.ts'

/** So many frames without any progress are an attack: a peer sends a handful for each answer. */
const mostIdleFrames = 10_000

/** Our own HTTP/2 on a connected socket: frames in and out of reused buffers, and nothing made per request. */
export const ownHttp2: Http2 = { open, readsInPlace: true }

function open(secure: SecureSocket, options: ConnectionOptions, signal: AbortSignal): Promise<Connection> {
  return new Promise((resolve, reject) => {
    const connection = ownConnection(secure, options, { ready: resolve, failed: reject })
    signal.addEventListener('abort', connection.destroy, { once: true })
  })
}

interface Opening {
  /** The peer has said how much it takes. */
  ready(connection: Connection): void
  failed(error: Error): void
}

function ownConnection(
  { socket, read }: SecureSocket,
  { origin, timeoutMs, idleMs, limit, maxInFlight, unindexed, events }: ConnectionOptions,
  opening: Opening,
): Connection {
  const peer = defaultSettings()
  const streams = createStreams(maxInFlight)
  const output = createOutput(socket, drained)
  const control = createControlOutput(output)
  const headers = createRequestHeaders(origin.host, unindexed)
  const sending = createSending(streams, output, headers, peer)
  const heads = createResponseHeads()
  const receiving = createReceiving(streams, heads, {
    answered,
    malformed: (stream) => resetBroken(stream, 'PROTOCOL_ERROR'),
    consumed: control.growWindow,
  })
  const controlFrames = createControlFrames(streams, peer, {
    settingsChanged,
    pinged: control.answerPing,
    goodbye,
    reset,
    windowGrown,
    windowBroken: resetBroken,
  })
  const reader = createFrameReader(defaultMaxFrameBytes, onFrame)
  const timeouts = watchTimeouts(streams, timeoutMs, timedOut)
  const resting = watchRest({
    idleMs,
    stuckMs: timeoutMs,
    isResting: () => !isClosing && streams.size === 0,
    hasRoom: () => connection.room > 0,
    giveUp: drain,
  })
  let isGreeted = false
  let isClosing = false
  let isGone = false
  /** Since `freed` was last called: some stream has ended, there may be room in the window. */
  let hasSettled = false
  let mayHaveRoom = false
  let goawayLastId = Number.POSITIVE_INFINITY
  let idleFrames = 0
  let lastAnswerAt = 0
  let socketError: unknown

  const connection: Connection = {
    protocol: 'h2',
    get inFlight() {
      return streams.size
    },
    get room() {
      if (isClosing || output.isBehind || sending.windowBytes <= 0) return 0
      return Math.max(0, Math.min(peer.maxConcurrentStreams, limit()) - streams.size)
    },
    start,
    drain,
    destroy: () => end('CONNECTION_CLOSED'),
  }

  socket.on('error', (error) => {
    socketError = error
  })
  // A peer that has ended its side will answer nothing more.
  socket.on('end', () => end('CONNECTION_CLOSED'))
  socket.on('close', () => end(codeOf(socketError, 'CONNECTION_CLOSED')))
  control.greet()
  read(receive)
  return connection

  function start(job: Job): void {
    const started = isClosing ? 'CONNECTION_CLOSED' : sending.send(job)
    if (typeof started === 'string') {
      if (started === 'STREAM_IDS_EXHAUSTED') drain()
      events.settled(job, { failure: 'not_sent', code: started })
      return
    }
    started.startedAt = performance.now()
    timeouts.started()
    if (streams.size === 1) socket.ref()
  }

  function receive(chunk: Buffer): void {
    if (isGone) return
    guarded(() => reader.read(chunk))
    if (hasSettled) lastAnswerAt = performance.now()
    if (hasSettled || mayHaveRoom) tellFreed()
  }

  /** Whatever is wrong with what the peer sent ends this connection and nothing else. */
  function guarded(step: () => void): void {
    try {
      step()
    } catch (error) {
      const code = codeOf(error, 'INTERNAL_ERROR')
      end(code, errorNames.find((name) => name === code) ?? 'INTERNAL_ERROR')
    }
  }

  function onFrame(frame: Frame): void {
    if (isGone) return
    if (++idleFrames > mostIdleFrames) throw new ProtocolError('ENHANCE_YOUR_CALM', 'frames and no progress')
    if (!isGreeted && frame.type !== frameType.settings) {
      throw new ProtocolError('PROTOCOL_ERROR', 'SETTINGS come first (3.4)')
    }
    if (receiving.isInsideBlock && frame.type !== frameType.continuation) {
      throw new ProtocolError('PROTOCOL_ERROR', 'a frame amid a header block (6.10)')
    }
    if (frame.type === frameType.headers) receiving.headers(frame)
    else if (frame.type === frameType.data) {
      // Bodies end with their time limit, so they need no other.
      if (frame.end > frame.start) idleFrames = 0
      receiving.data(frame)
    } else if (frame.type === frameType.continuation) receiving.continuation(frame)
    else controlFrames.read(frame)
  }

  function answered(stream: Stream, body: string): void {
    idleFrames = 0
    // The answer is complete, so nobody wants the rest of the request (RFC 9113, section 8.1).
    if (stream.unsent !== undefined) control.reset(stream.id, 'NO_ERROR')
    const { status = 0, headers = {} } = stream.head ?? {}
    settle(stream, { status, headers, body })
  }

  function settle(stream: Stream, answer: Answer): void {
    const { job } = stream
    if (job === undefined) return
    sending.forget(stream)
    streams.close(stream)
    hasSettled = true
    events.settled(job, answer)
    if (streams.size === 0) rest()
  }

  function resetBroken(stream: Stream, error: ErrorName): void {
    control.reset(stream.id, error)
    settle(stream, { failure: 'unknown', code: error })
  }

  function settingsChanged(): void {
    control.acknowledgeSettings()
    headers.setMaxTableSize(peer.headerTableSize)
    isGreeted = true
    if (peer.maxConcurrentStreams > 0) opening.ready(connection)
    resume()
    resting.watchStuck()
  }

  function goodbye(lastStreamId: number, number: number): void {
    goawayLastId = Math.min(goawayLastId, lastStreamId)
    if (errorNames[number] === 'ENHANCE_YOUR_CALM') events.pressed()
    close()
    streams.forEach((stream) => {
      if (stream.id > goawayLastId) settle(stream, { failure: 'not_sent', code: 'GOAWAY' })
    })
    // The others may still be answered.
    if (streams.size === 0) rest()
  }

  function reset(stream: Stream, number: number): void {
    const code = codeOfReset(number)
    if (code === 'ENHANCE_YOUR_CALM' || (code === 'REFUSED_STREAM' && !isClosing)) events.pressed()
    settle(stream, { failure: code === 'REFUSED_STREAM' ? 'not_sent' : 'unknown', code })
  }

  function windowGrown(bytes: number): void {
    if (sending.heldBack > 0) idleFrames = 0
    sending.addToWindow(bytes)
    resume()
  }

  /** There is room again in a window or on the socket: first for what has begun. */
  function resume(): void {
    sending.resume()
    mayHaveRoom = true
  }

  function drained(): void {
    if (isGone) return
    guarded(resume)
    tellFreed()
  }

  function timedOut(stale: Stream[]): void {
    guarded(() => {
      // Nothing came back since one of these was written: the connection may be dead without anybody saying so.
      if (stale.some(({ startedAt }) => lastAnswerAt < startedAt)) close()
      for (const stream of stale) {
        control.reset(stream.id, 'CANCEL')
        settle(stream, { failure: 'timeout', code: 'TIMEOUT' })
      }
    })
    tellFreed()
  }

  function tellFreed(): void {
    hasSettled = false
    mayHaveRoom = false
    events.freed()
  }

  function rest(): void {
    if (isClosing) return end('CONNECTION_CLOSED')
    socket.unref()
    resting.rests()
  }

  function drain(): void {
    close()
    if (streams.size === 0) end('CONNECTION_CLOSED')
  }

  function close(): void {
    if (isClosing) return
    isClosing = true
    resting.stop()
    events.closed(connection)
  }

  /** Closes now, with a last word if the socket still takes one; hands back what was not answered. */
  function end(code: string, error: ErrorName = 'NO_ERROR'): void {
    if (isGone) return
    isGone = true
    close()
    output.close()
    sayFarewell(socket, error)
    opening.failed(Object.assign(new Error('the connection has ended'), { code }))
    const reason = error === 'NO_ERROR' && Number.isFinite(goawayLastId) ? 'GOAWAY' : code
    streams.forEach((stream) => {
      const failure = stream.position < output.flushed ? 'unknown' : 'not_sent'
      settle(stream, { failure, code: reason })
    })
    tellFreed()
  }
}
