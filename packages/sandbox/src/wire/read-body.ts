import type { Readable } from 'node:stream'

export const KEPT_BYTES = 65_536

/** Reads to the end, keeping little more than 64 KiB: enough for every limit to be seen as passed. */
export function readBody(readable: Readable, done: (body: Buffer) => void): void {
  const chunks: Buffer[] = []
  let kept = 0
  readable.on('data', (chunk: Buffer) => {
    if (kept > KEPT_BYTES) return
    chunks.push(chunk)
    kept += chunk.length
  })
  readable.on('end', () => done(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
}
