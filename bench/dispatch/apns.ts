import { apnsHeaders, apnsPath } from '../drivers/apns-request.ts'
import { apnsPayload, sampleMessages } from '../drivers/sample-messages.ts'
import { apns2Go } from '../peers/apns2-go/entrant.ts'
import { gorush } from '../peers/gorush.ts'
import { npmPeer } from '../peers/npm-peer.ts'
import { pushy } from '../peers/pushy/entrant.ts'
import { h2load, type Requests } from '../rounds/h2load.ts'
import type { Entrant } from '../rounds/run-rounds.ts'

export const senderAlone = 'ours, sender alone'

const driver = (name: string) => new URL(`../drivers/${name}.ts`, import.meta.url)

/** Who sends to APNs. */
export function apnsEntrants(directory: string): { limit: Entrant; ours: Entrant; others: Entrant[] } {
  return {
    limit: { name: 'h2load', share: 1, contestant: h2load(requests(), directory, 'apns') },
    ours: { name: 'ours', share: 1, contestant: { kind: 'node', module: driver('our-apns-lane') } },
    others: [
      { name: senderAlone, share: 1, contestant: { kind: 'node', module: driver('our-sender') } },
      {
        name: 'node:http2',
        share: 0.2,
        contestant: { kind: 'node', module: driver('our-apns-lane'), transport: 'node' },
      },
      npmPeer('@parse/node-apn', 'node-apn'),
      npmPeer('apns2', 'apns2'),
      pushy(directory),
      apns2Go(directory),
      gorush(),
    ],
  }
}

function requests(): Requests {
  const sample = sampleMessages()
  const [first] = sample as [(typeof sample)[number]]
  return {
    paths: sample.map(apnsPath),
    headers: apnsHeaders(first.id),
    body: JSON.stringify(apnsPayload(first)),
  }
}
