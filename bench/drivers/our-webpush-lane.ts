import { channelOf } from '../../packages/server/src/11-channels/index.ts'
import { browserKeys, endpointPath, pushService } from './browsers.ts'
import type { Target } from './driver.ts'
import { benchLaneOptions } from './lane-options.ts'
import { driveLane, parcelsFor } from './our-lane.ts'
import { sampleSize } from './sample-messages.ts'

export async function open(target: Target) {
  const channel = channelOf('webpush')
  const { credential } = await channel.parseCredential({ subject: 'mailto:bench@example.com' })
  const keys = browserKeys(sampleSize).values()
  const parcels = parcelsFor('webpush', (message) => ({
    token: pushService + endpointPath(message),
    keys: keys.next().value,
  }))
  return driveLane(channel.openLane(credential, benchLaneOptions(target)), parcels, target.inFlight)
}
