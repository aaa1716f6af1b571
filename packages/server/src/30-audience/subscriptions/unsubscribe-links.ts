import { createSignedIds, type Vault } from '../../00-kernel/index.ts'

/** What one email's link stands for. */
export interface UnsubscribeLink {
  subscriptionId: string
  deliveryId: string
}

/** The part of an unsubscribe address that names whom it is for, short enough not to be folded in a header. */
export interface UnsubscribeLinks {
  make(link: UnsubscribeLink): string
  /** Null when we did not make it. */
  parse(token: string): UnsubscribeLink | null
}

export function createUnsubscribeLinks(vault: Vault): UnsubscribeLinks {
  const signed = createSignedIds(vault.derive('unsubscribe links'), 2)
  return {
    make: ({ subscriptionId, deliveryId }) => signed.make([subscriptionId, deliveryId]),
    parse: (token) => {
      const [subscriptionId, deliveryId] = signed.parse(token) ?? []
      return subscriptionId && deliveryId ? { subscriptionId, deliveryId } : null
    },
  }
}

/** Where a link leads below the address of this server; one letter, so that the header stays short. */
export function unsubscribePath(token: string): string {
  return `/u/${token}`
}
