import { messageFor } from '../../packages/server/src/11-channels/fcm/send.ts'
import { parcelsFor } from '../drivers/our-lane.ts'
import { projectId } from '../drivers/sample-messages.ts'
import { npmPeer } from '../peers/npm-peer.ts'
import { h2load, type Requests } from '../rounds/h2load.ts'
import type { Entrant } from '../rounds/run-rounds.ts'

const lane = new URL('../drivers/our-fcm-lane.ts', import.meta.url)

/** Who sends to FCM. */
export function fcmEntrants(directory: string): { limit: Entrant; ours: Entrant; others: Entrant[] } {
  return {
    limit: { name: 'h2load', share: 1, contestant: h2load(requests(), directory, 'fcm') },
    ours: { name: 'ours', share: 1, contestant: { kind: 'node', module: lane } },
    others: [
      {
        name: 'node:http2',
        share: 0.2,
        contestant: { kind: 'node', module: lane, transport: 'node' },
      },
      npmPeer('firebase-admin', 'firebase-admin'),
    ],
  }
}

/** The path is the same for all; the token stands in the body. */
function requests(): Requests {
  const [parcel] = parcelsFor('fcm', ({ token }) => ({ token, target: 'token' }))
  return {
    paths: [`/v1/projects/${projectId}/messages:send`],
    headers: { authorization: `Bearer ${'t'.repeat(1024)}`, 'content-type': 'application/json' },
    body: parcel ? messageFor(parcel) : '',
  }
}
