import type { DeliveryOptions, LaneOptions, RenderedContent } from '../channel.ts'
import { createMemoryPasses } from './memory-passes.ts'
import { createMemoryShelf } from './memory-shelf.ts'

/** Shared by all lanes of a test file, as by all processes of an installation. */
const tokenShelf = createMemoryShelf()

/** Options of a lane whose providers are all elsewhere unless a test says where. */
export function laneOptions(
  changes: Omit<Partial<LaneOptions>, 'endpoints'> & { endpoints?: Partial<LaneOptions['endpoints']> } = {},
): LaneOptions {
  const nowhere = 'https://localhost:1'
  return {
    environment: 'production',
    now: Date.now,
    ca: [],
    tokenShelf,
    passShelf: createMemoryPasses(),
    safeLookup: async () => ({ refused: 'this test calls nobody' }),
    timeoutMs: 5000,
    ...changes,
    endpoints: {
      apns: nowhere,
      apnsSandbox: nowhere,
      fcm: nowhere,
      fcmToken: null,
      wnsToken: nowhere,
      twilio: nowhere,
      ...changes.endpoints,
    },
  }
}

export function rendered(changes: Partial<RenderedContent> = {}): RenderedContent {
  return { title: 'Hello', body: 'World', buttons: [], data: {}, silent: false, ...changes }
}

export function delivery(changes: Partial<DeliveryOptions> = {}): DeliveryOptions {
  return {
    deliveryId: '0b8f4f52-7c1c-4a59-9f0e-3d2f6f6f9a01',
    ttlSeconds: 3600,
    expiresAtSeconds: 1_900_003_600,
    priority: 'high',
    ...changes,
  }
}
