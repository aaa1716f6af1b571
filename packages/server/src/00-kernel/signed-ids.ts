import { createHmac, timingSafeEqual } from 'node:crypto'
import { formatUuid } from './ids.ts'

/**
 * The part of a link that names what it is for: ids in the clear and 128 bits that only we can make, over the ids and
 * over what else they are bound to. So it needs no table, and works for as long as the master key stays.
 */
export interface SignedIds {
  make(ids: readonly string[], boundTo?: string): string
  /** As many ids as were signed; null when we did not make it, or not for this. */
  parse(token: string, boundTo?: string): string[] | null
}

const idBytes = 16
const tagBytes = 16

/** Tokens of `count` UUIDs each, under a key of their own (`vault.derive`). */
export function createSignedIds(key: Buffer, count: number): SignedIds {
  const length = Math.ceil(((count * idBytes + tagBytes) * 4) / 3)
  const tagOf = (ids: Buffer, boundTo: string) =>
    createHmac('sha256', key).update(ids).update(boundTo).digest().subarray(0, tagBytes)
  return {
    make: (ids, boundTo = '') => {
      const bytes = Buffer.from(ids.join('').replaceAll('-', ''), 'hex')
      return Buffer.concat([bytes, tagOf(bytes, boundTo)]).toString('base64url')
    },
    parse: (token, boundTo = '') => {
      if (token.length !== length || !/^[A-Za-z0-9_-]+$/.test(token)) return null
      const bytes = Buffer.from(token, 'base64url')
      const ids = bytes.subarray(0, -tagBytes)
      if (!timingSafeEqual(tagOf(ids, boundTo), bytes.subarray(-tagBytes))) return null
      return Array.from({ length: count }, (_, i) => formatUuid(ids.subarray(i * idBytes, (i + 1) * idBytes)))
    },
  }
}
