import type { WnsCredential } from '@carillon/contract'
import type { Channel } from '../channel.ts'
import { maskWnsCredential, parseWnsCredential } from './credential.ts'
import { buildWnsPayload } from './payload.ts'
import { probeWns } from './probe.ts'
import { openWnsLane } from './send.ts'

/** Windows: toasts, tiles, badges and raw notifications through WNS. */
export const wnsChannel: Channel<WnsCredential> = {
  platform: 'wns',
  parseCredential: parseWnsCredential,
  maskCredential: maskWnsCredential,
  // The host is judged at each send, where the operator's list is known.
  checkAddress: ({ token }) =>
    URL.parse(token)?.protocol === 'https:' ? null : 'The channel URI of a Windows app is an https address.',
  buildPayload: buildWnsPayload,
  openLane: openWnsLane,
  probe: probeWns,
}
