import { createHmac, timingSafeEqual } from 'node:crypto'
import { formatUuid, type Vault } from '../../00-kernel/index.ts'

/** What one email's link stands for. */
export interface UnsubscribeLink {
  subscriptionId: string
  deliveryId: string
}

/**
 * The part of an unsubscribe address that names whom it is for: two ids and 128 bits that only we can make. So it
 * needs no table, works for as long as the master key stays, and short enough not to be folded in a header.
 */
export interface UnsubscribeLinks {
  make(link: UnsubscribeLink): string
  /** Null when we did not make it. */
  parse(token: string): UnsubscribeLink | null
}

const idsBytes = 32
const tagBytes = 16

export function createUnsubscribeLinks(vault: Vault): UnsubscribeLinks {
  const key = vault.derive('unsubscribe links')
  const tagOf = (ids: Buffer) => createHmac('sha256', key).update(ids).digest().subarray(0, tagBytes)
  return {
    make: ({ subscriptionId, deliveryId }) => {
      const ids = Buffer.from((subscriptionId + deliveryId).replaceAll('-', ''), 'hex')
      return Buffer.concat([ids, tagOf(ids)]).toString('base64url')
    },
    parse: (token) => {
      if (!/^[A-Za-z0-9_-]{64}$/.test(token)) return null
      const bytes = Buffer.from(token, 'base64url')
      const ids = bytes.subarray(0, idsBytes)
      if (!timingSafeEqual(tagOf(ids), bytes.subarray(idsBytes))) return null
      return { subscriptionId: formatUuid(ids.subarray(0, 16)), deliveryId: formatUuid(ids.subarray(16)) }
    },
  }
}

/** Where a link leads below the address of this server; one letter, so that the header stays short. */
export function unsubscribePath(token: string): string {
  return `/u/${token}`
}
