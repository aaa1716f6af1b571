import type { BodyText } from '../body-text.ts'
import type { Job } from '../connection.ts'
import { lastStreamId } from './frames.ts'
import type { ResponseHead } from './response-head.ts'

/** A request on its way. The object is used again for another when this one is done. */
export interface Stream {
  /** 0 when free. */
  id: number
  job: Job | undefined
  /** By the clock of `performance.now()`. */
  startedAt: number
  /** The output's position where its HEADERS begin. */
  position: number
  /** What we may still send of its body; below 0 after the peer has shrunk it (RFC 9113, section 6.9.2). */
  windowBytes: number
  /** The rest of the body that a window or the socket holds back. */
  unsent: Uint8Array | undefined
  head: ResponseHead | undefined
  body: BodyText | undefined
  receivedBytes: number
  /** Received since our last WINDOW_UPDATE for this stream. */
  unacknowledgedBytes: number
}

export interface Streams {
  readonly size: number
  /** The id that the next one would get, if its place is free. */
  readonly nextId: number
  /** Undefined when the ids have run out. */
  open(job: Job): Stream | undefined
  get(id: number): Stream | undefined
  close(stream: Stream): void
  forEach(visit: (stream: Stream) => void): void
}

/**
 * The streams under way on one connection, in a ring by id. An id whose place is still taken by an old, slow stream is
 * passed over, which the protocol allows (section 5.1.1), so that nothing ever has to be searched or moved.
 */
export function createStreams(most: number, firstId = 1): Streams {
  const mask = 2 ** Math.ceil(Math.log2(Math.max(most, 2) * 2)) - 1
  const places = new Array<Stream | undefined>(mask + 1)
  let size = 0
  let nextId = firstId

  function freePlaceAt(id: number): Stream | undefined {
    const place = (id >>> 1) & mask
    const stream = places[place] ?? newStream()
    places[place] = stream
    return stream.id === 0 ? stream : undefined
  }

  return {
    get size() {
      return size
    },
    get nextId() {
      return nextId
    },
    open(job) {
      if (size > mask) return undefined
      let stream = freePlaceAt(nextId)
      while (stream === undefined) {
        nextId += 2
        stream = freePlaceAt(nextId)
      }
      if (nextId > lastStreamId) return undefined
      stream.id = nextId
      stream.job = job
      stream.receivedBytes = 0
      stream.unacknowledgedBytes = 0
      nextId += 2
      size++
      return stream
    },
    get(id) {
      const stream = places[(id >>> 1) & mask]
      return stream !== undefined && stream.id === id ? stream : undefined
    },
    close(stream) {
      stream.id = 0
      stream.job = undefined
      stream.unsent = undefined
      stream.head = undefined
      stream.body = undefined
      size--
    },
    forEach(visit) {
      for (const stream of places) if (stream !== undefined && stream.id !== 0) visit(stream)
    },
  }
}

function newStream(): Stream {
  return {
    id: 0,
    job: undefined,
    startedAt: 0,
    position: 0,
    windowBytes: 0,
    unsent: undefined,
    head: undefined,
    body: undefined,
    receivedBytes: 0,
    unacknowledgedBytes: 0,
  }
}
