import { createHmac, timingSafeEqual } from 'node:crypto'
import { formatUuid, type Vault } from '../../00-kernel/index.ts'
import type { EmailTracking } from '../channel.ts'

/**
 * Addresses that count what becomes of one email: its delivery's id and 128 bits that only we can make, over the id
 * and, for a link, over where it leads. So they need no table, and nobody makes this server lead anywhere else.
 */
export interface TrackingLinks {
  /** `origin` is this server's address. */
  of(origin: string, deliveryId: string): EmailTracking
  /** The delivery of a click on a link to `url`; null when we did not make it. */
  parseClick(token: string, url: string): string | null
  parseOpen(token: string): string | null
}

const idBytes = 16
const tagBytes = 16

export function createTrackingLinks(vault: Vault): TrackingLinks {
  const key = vault.derive('email tracking links')
  const tagOf = (id: Buffer, what: string) =>
    createHmac('sha256', key).update(id).update(what).digest().subarray(0, tagBytes)

  function make(deliveryId: string, what: string): string {
    const id = Buffer.from(deliveryId.replaceAll('-', ''), 'hex')
    return Buffer.concat([id, tagOf(id, what)]).toString('base64url')
  }

  function parse(token: string, what: string): string | null {
    if (!/^[A-Za-z0-9_-]{43}$/.test(token)) return null
    const bytes = Buffer.from(token, 'base64url')
    const id = bytes.subarray(0, idBytes)
    return timingSafeEqual(tagOf(id, what), bytes.subarray(idBytes)) ? formatUuid(id) : null
  }

  return {
    of: (origin, deliveryId) => ({
      click: (url) =>
        `${origin}/l/${make(deliveryId, clickOf(url))}?${new URLSearchParams({ to: url }).toString()}`,
      open: () => `${origin}/o/${make(deliveryId, open)}`,
    }),
    parseClick: (token, url) => parse(token, clickOf(url)),
    parseOpen: (token) => parse(token, open),
  }
}

const open = 'open'

function clickOf(url: string): string {
  return `click ${url}`
}
