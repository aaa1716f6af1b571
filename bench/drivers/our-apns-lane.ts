import { channelOf } from '../../packages/server/src/11-channels/index.ts'
import { newAppleKey } from './apple-key.ts'
import type { Target } from './driver.ts'
import { benchLaneOptions } from './lane-options.ts'
import { driveLane, parcelsFor } from './our-lane.ts'
import { bundleId } from './sample-messages.ts'

export function open(target: Target) {
  const credential = { auth: 'token', ...newAppleKey(), bundle_id: bundleId, environment: 'production' }
  const lane = channelOf('apns').openLane(credential, benchLaneOptions(target))
  const parcels = parcelsFor('apns', ({ token }) => ({ token }))
  return driveLane(lane, parcels, target.inFlight)
}
