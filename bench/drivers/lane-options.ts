import { readFileSync } from 'node:fs'
import { createSafeLookup } from '../../packages/server/src/00-kernel/index.ts'
import type { LaneOptions } from '../../packages/server/src/11-channels/index.ts'
import type { Target } from './driver.ts'

/** Our lanes as the dispatcher opens them, with the sink in the providers' place. */
export function benchLaneOptions({ origin, port, certificateFile, transport }: Target): LaneOptions {
  return {
    environment: 'production',
    now: Date.now,
    ca: [readFileSync(certificateFile, 'utf8')],
    tokenShelf: { keep: async (_name, _notBeforeMs, make) => make() },
    endpoints: {
      apns: origin,
      apnsSandbox: origin,
      fcm: origin,
      fcmToken: `${origin}/token`,
      wnsToken: origin,
      twilio: origin,
    },
    safeLookup: createSafeLookup({
      allowPrivate: ['updates.push.services.mozilla.com'],
      resolve: async () => ({ address: '127.0.0.1', family: 4, port }),
    }),
    timeoutMs: 15_000,
    transport: { http: transport, proxy: null, noProxy: [] },
  }
}
