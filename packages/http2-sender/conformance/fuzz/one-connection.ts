import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import type { Batch, Connection, Job } from '../../src/connection.ts'
import { ownHttp2 } from '../../src/h2/own-connection.ts'
import type { Answer } from '../../src/index.ts'
import { settings } from '../raw/wire.ts'

/** A connection of `createSender` whose peer is whoever calls `feed`. No socket is beneath. */
export interface FedConnection {
  feed(bytes: Buffer): void
  isOpen(): boolean
  /** Ends it. */
  end(): void
  /** By request; each has exactly one in the end. */
  answers: Answer[][]
}

/** Whoever reads in place uses the buffer again: what is kept of it must have been copied. */
const reused = Buffer.alloc(64 * 1024)

/** Four requests are under way: streams 1, 3, 5 and 7. */
export async function openFed(): Promise<FedConnection> {
  const answers: Answer[][] = [[], [], [], []]
  let feed: (bytes: Buffer) => void = () => undefined
  let isOpen = true
  const opening = ownHttp2.open(
    {
      socket: createNoSocket(),
      read(take) {
        feed = (bytes) => {
          bytes.copy(reused)
          take(reused.subarray(0, bytes.length))
          reused.fill(0x55, 0, bytes.length)
        }
      },
    },
    {
      origin: new URL('https://localhost'),
      timeoutMs: 60_000,
      idleMs: 60_000,
      limit: () => 4,
      maxInFlight: 4,
      unindexed: [],
      events: {
        settled: (job, answer) => answers[job.index]?.push(answer),
        freed: () => undefined,
        pressed: () => undefined,
        closed: () => {
          isOpen = false
        },
      },
    },
    new AbortController().signal,
  )
  feed(settings())
  const connection = await opening
  for (const index of answers.keys()) connection.start(jobOf(index))
  return { feed, isOpen: () => isOpen, end: () => endOf(connection), answers }
}

function endOf(connection: Connection): void {
  connection.drain()
  connection.destroy()
}

function jobOf(index: number): Job {
  const batch: Batch = { requests: [], answers: [], open: 4, isUrgent: false, resolve: () => undefined }
  return { request: { path: `/${index}`, headers: {}, body: 'x' }, batch, index, resent: false }
}

/** Takes everything at once and says nothing. */
function createNoSocket(): Socket {
  const socket = Object.assign(new EventEmitter(), {
    writable: false,
    write(_bytes: Buffer, written?: () => void) {
      written?.()
      return true
    },
    ref: () => undefined,
    unref: () => undefined,
    destroy: () => undefined,
    destroySoon: () => undefined,
  })
  return socket as unknown as Socket
}
