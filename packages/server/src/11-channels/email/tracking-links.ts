import { createSignedIds, type Vault } from '../../00-kernel/index.ts'
import type { EmailTracking } from '../channel.ts'

/**
 * Addresses that count what becomes of one email: its delivery's id, signed, and for a link also over where it leads,
 * so that nobody makes this server lead anywhere else.
 */
export interface TrackingLinks {
  /** `origin` is this server's address. */
  of(origin: string, deliveryId: string): EmailTracking
  /** The delivery of a click on a link to `url`; null when we did not make it. */
  parseClick(token: string, url: string): string | null
  parseOpen(token: string): string | null
}

export function createTrackingLinks(vault: Vault): TrackingLinks {
  const signed = createSignedIds(vault.derive('email tracking links'), 1)
  return {
    of: (origin, deliveryId) => ({
      click: (url) => {
        const to = new URLSearchParams({ to: url })
        return `${origin}/l/${signed.make([deliveryId], clickOf(url))}?${to}`
      },
      open: () => `${origin}/o/${signed.make([deliveryId], open)}`,
    }),
    parseClick: (token, url) => signed.parse(token, clickOf(url))?.[0] ?? null,
    parseOpen: (token) => signed.parse(token, open)?.[0] ?? null,
  }
}

const open = 'open'

function clickOf(url: string): string {
  return `click ${url}`
}
