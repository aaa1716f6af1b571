import type { DeliveryIds, Store, Tx } from '../../00-kernel/index.ts'
import type { TrackingLinks } from '../../11-channels/index.ts'
import { recordOpens } from '../../30-audience/index.ts'
import { noteInteraction } from './record-mail.ts'
import { findSentEmail } from './store.ts'

/** What the readers of emails do, told by the links and the picture that these carry. */
export interface TrackingService {
  /** Whether this is a link of ours to `url`. */
  isOurs(token: string, url: string): boolean
  click(token: string, url: string): Promise<void>
  open(token: string): Promise<void>
}

export function createTrackingService({
  store,
  links,
  deliveryIds,
  now,
}: {
  store: Store
  links: TrackingLinks
  deliveryIds: DeliveryIds
  now: () => Date
}): TrackingService {
  const record = async (deliveryId: string | null, what: Omit<Happened, 'now'>) => {
    const place = deliveryId === null ? null : deliveryIds.parse(deliveryId)
    if (place) await store.db.transaction().execute((tx) => note(tx, place, { ...what, now: now() }))
  }
  return {
    isOurs: (token, url) => links.parseClick(token, url) !== null,
    click: (token, url) => record(links.parseClick(token, url), { type: 'clicked', url }),
    open: (token) => record(links.parseOpen(token), { type: 'opened', url: null }),
  }
}

interface Happened {
  type: 'clicked' | 'opened'
  url: string | null
  now: Date
}

async function note(
  tx: Tx,
  place: { messageSeq: number; ordinal: number },
  { type, url, now }: Happened,
): Promise<void> {
  const sent = await findSentEmail(tx, place)
  if (!sent || !(await noteInteraction(tx, sent, { type, detail: null, url, now }))) return
  // Pictures are often loaded by a machine; a click tells when somebody reads.
  if (type === 'clicked') await recordOpens(tx, sent.workspace_id, [{ ...place, at: now }], now)
}
