import type { DeliveryIds, Store } from '../../00-kernel/index.ts'
import { type UnsubscribeLinks, unsubscribeAddress } from '../../30-audience/index.ts'
import { noteInteraction } from './record-mail.ts'
import { findLinkedAddress, findSentEmail, type LinkedAddress } from './store.ts'

/** Whom a link is for, as its page shows it. */
export interface LinkView {
  app: string
  /** With most of its name as dots: emails are forwarded. */
  address: string
  isUnsubscribed: boolean
}

export interface UnsubscribeService {
  /** Null when it is no link of ours, or the address is not known any more. */
  look(token: string): Promise<LinkView | null>
  /** Ends emails of this app to the address. Doing it again changes nothing. */
  end(token: string): Promise<LinkView | null>
}

export function createUnsubscribeService({
  store,
  links,
  deliveryIds,
  now,
}: {
  store: Store
  links: UnsubscribeLinks
  deliveryIds: DeliveryIds
  now: () => Date
}): UnsubscribeService {
  return {
    look: async (token) => {
      const link = links.parse(token)
      const address = link && (await findLinkedAddress(store.db, link.subscriptionId))
      return address ? viewOf(address) : null
    },
    end: async (token) => {
      const link = links.parse(token)
      if (!link) return null
      return store.db.transaction().execute(async (tx) => {
        const address = await findLinkedAddress(tx, link.subscriptionId)
        if (!address) return null
        await unsubscribeAddress(tx, link.subscriptionId, 'unsubscribed', now())
        const place = deliveryIds.parse(link.deliveryId)
        const sent = place && (await findSentEmail(tx, place))
        if (sent) await noteInteraction(tx, sent, { type: 'unsubscribed', detail: null, now: now() })
        return { ...viewOf(address), isUnsubscribed: true }
      })
    },
  }
}

function viewOf({ app_name, token, status }: LinkedAddress): LinkView {
  const at = token.lastIndexOf('@')
  const shown = [...token.slice(0, at)].slice(0, 1).join('')
  return {
    app: app_name,
    address: `${shown}•••${token.slice(at)}`,
    isUnsubscribed: status === 'unsubscribed',
  }
}
