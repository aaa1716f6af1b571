import { generateKeyPairSync } from 'node:crypto'
import { channelOf } from '../../packages/server/src/11-channels/index.ts'
import type { Target } from './driver.ts'
import { benchLaneOptions } from './lane-options.ts'
import { driveLane, parcelsFor } from './our-lane.ts'
import { projectId } from './sample-messages.ts'

export function open(target: Target) {
  const lane = channelOf('fcm').openLane(serviceAccount(), benchLaneOptions(target))
  const parcels = parcelsFor('fcm', ({ token }) => ({ token, target: 'token' }))
  return driveLane(lane, parcels, target.inFlight)
}

/** As Google's console hands it out. */
function serviceAccount() {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    type: 'service_account',
    project_id: projectId,
    private_key_id: 'bench',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    client_email: `bench@${projectId}.iam.gserviceaccount.com`,
    client_id: '1',
    token_uri: 'https://oauth2.googleapis.com/token',
  }
}
