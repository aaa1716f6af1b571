import {
  channelOf,
  type DeliveryOptions,
  type Lane,
  type Parcel,
  type RenderedContent,
} from '../../packages/server/src/11-channels/index.ts'
import type { Driver } from './driver.ts'
import { sendInSlices } from './in-flight.ts'
import { expiresAtSeconds, type SampleMessage, sampleMessages } from './sample-messages.ts'

/** Parcels that one call of a lane gets: a window of the dispatcher. */
const windowSize = 250

/** Our lane as the dispatcher drives it: windows of built payloads in, one verdict for each out. */
export function driveLane(lane: Lane, parcels: readonly Parcel[], inFlight: number): Driver {
  return {
    send: (count) =>
      sendInSlices(parcels, { count, size: windowSize, inFlight }, async (window) => {
        const verdicts = await lane.send(window)
        return verdicts.filter((verdict) => verdict.class === 'accepted').length
      }),
    close: () => lane[Symbol.asyncDispose](),
  }
}

/** The sample as the personalising room hands it over. */
export function parcelsFor(
  platform: 'apns' | 'fcm' | 'webpush',
  addressOf: (message: SampleMessage) => Parcel['address'],
): Parcel[] {
  return sampleMessages().map((message) => {
    const wire = channelOf(platform).buildPayload(contentOf(message), deliveryOf(message))
    if ('unbuildable' in wire) throw new Error(wire.detail)
    return { deliveryId: message.id, address: addressOf(message), wire }
  })
}

function contentOf({ title, body }: SampleMessage): RenderedContent {
  return { title, body, buttons: [], data: {}, silent: false }
}

function deliveryOf({ id }: SampleMessage): DeliveryOptions {
  return { deliveryId: id, ttlSeconds: 86_400, expiresAtSeconds, priority: 'high' }
}
