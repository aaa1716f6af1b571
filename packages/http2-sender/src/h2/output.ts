import type { Writable } from 'node:stream'

export const slabBytes = 64 * 1024
/** What fills a TLS record is worth a write of its own. */
const flushBytes = 16 * 1024
/** With so many slabs under way the socket is far behind: no more requests. */
const requestSlabs = 3
/** Answers to PING and SETTINGS may take more; a peer that asks for so many and reads none is hostile. */
const mostSlabs = 5

interface Slab {
  bytes: Buffer
  /** Writes handed to the socket and not yet done. */
  writing: number
  written: () => void
}

/** Where frames are written, and handed to the socket many at a time. */
export interface Output {
  /** To write into, from `at`; the same until the next `makeRoom`. */
  readonly bytes: Buffer
  readonly at: number
  /** Bytes ever written here, and of those the ones that the socket has got. */
  readonly position: number
  readonly flushed: number
  /** Nothing more fits until the socket has written some. */
  readonly isBehind: boolean
  /** Finds room for so many bytes in one piece. False: the socket is behind; `drained` will tell. */
  makeRoom(bytes: number): boolean
  /** The same for what cannot wait. False: the peer asks and asks, and reads nothing. */
  makeRoomForControl(bytes: number): boolean
  /** Up to `end` the bytes are to be sent: soon, with all that this turn of the event loop brings. */
  wrote(end: number): void
  flush(): void
  /** Drops what the socket has not got, and whatever may still come. */
  close(): void
}

/**
 * Slices of a slab go to the socket as they are and stay untouched until it has written them; a fresh buffer for
 * each write would cost several times the write.
 */
export function createOutput(socket: Writable, drained: () => void): Output {
  const slabs: Slab[] = []
  let slab = addSlab()
  let from = 0
  let at = 0
  let position = 0
  let flushed = 0
  let flushing = false
  let behind = false
  let isClosed = false

  function addSlab(): Slab {
    const added: Slab = {
      bytes: Buffer.allocUnsafeSlow(slabBytes),
      writing: 0,
      written() {
        added.writing--
        if (added.writing > 0) return
        if (added === slab && from === at) from = at = 0
        if (!behind) return
        behind = false
        drained()
      },
    }
    slabs.push(added)
    return added
  }

  function roomWithin(bytes: number, most: number): boolean {
    if (slabBytes - at >= bytes) return true
    flush()
    let next = slabs.find((other) => other !== slab && other.writing === 0)
    if (next === undefined && slabs.length < most) next = addSlab()
    if (next === undefined) return false
    slab = next
    from = at = 0
    return true
  }

  function makeRoom(bytes: number): boolean {
    const found = roomWithin(bytes, requestSlabs)
    if (!found) behind = true
    return found
  }

  function wrote(end: number): void {
    position += end - at
    at = end
    if (at - from >= flushBytes) flush()
    else if (!flushing) {
      flushing = true
      // After all that this turn reads: each TLS record of the peer's comes in a call of its own.
      setImmediate(flushLater)
    }
  }

  function flushLater(): void {
    flushing = false
    flush()
  }

  function flush(): void {
    if (from === at || isClosed) return
    slab.writing++
    const piece = slab.bytes.subarray(from, at)
    from = at
    flushed = position
    socket.write(piece, slab.written)
  }

  return {
    get bytes() {
      return slab.bytes
    },
    get at() {
      return at
    },
    get position() {
      return position
    },
    get flushed() {
      return flushed
    },
    get isBehind() {
      return behind
    },
    makeRoom,
    makeRoomForControl: (bytes) => roomWithin(bytes, mostSlabs),
    wrote,
    flush,
    close() {
      isClosed = true
    },
  }
}
