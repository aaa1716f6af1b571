import type { SubscriptionCreate } from '@carillon/contract'
import { fieldProblem, sha256 } from '../../00-kernel/index.ts'
import { channelOf } from '../../11-channels/index.ts'

/** Where a device is reached, in the one spelling that is stored. */
export interface DeviceAddress {
  token: string
  tokenHash: Buffer
  target: 'token' | 'fid' | null
  keys: { p256dh: string; auth: string } | null
}

type Given = Pick<SubscriptionCreate, 'platform' | 'token' | 'endpoint' | 'keys' | 'target'>

/** Takes what the platform's devices have, and lets the platform's channel judge it. */
export function addressOf(given: Given): DeviceAddress {
  const { platform, keys, target } = given
  if (target && platform !== 'fcm') throw fieldProblem('invalid_request', '/target', 'is for fcm alone')
  const token = platform === 'webpush' ? endpointOf(given) : tokenOf(given)
  const refusal = channelOf(platform).checkAddress({ token, target, keys })
  if (refusal) throw fieldProblem('invalid_request', wrongField(given), refusal)
  return {
    token,
    tokenHash: sha256(token),
    target: platform === 'fcm' ? (target ?? 'token') : null,
    keys: keys ?? null,
  }
}

function endpointOf({ token, endpoint }: Given): string {
  if (token) throw fieldProblem('invalid_request', '/token', 'is not for webpush: send endpoint and keys')
  if (!endpoint) throw fieldProblem('invalid_request', '/endpoint', 'is required for webpush', 'required')
  return endpoint
}

function tokenOf({ platform, token, endpoint, keys }: Given): string {
  if (endpoint || keys) {
    throw fieldProblem(
      'invalid_request',
      endpoint ? '/endpoint' : '/keys',
      `is not for ${platform}: send token`,
    )
  }
  if (!token) throw fieldProblem('invalid_request', '/token', `is required for ${platform}`, 'required')
  // Hex in capitals is the same token, and must not become a second device.
  return platform === 'apns' ? token.toLowerCase() : token
}

function wrongField({ platform, endpoint }: Given): string {
  if (platform !== 'webpush') return '/token'
  return URL.parse(endpoint ?? '')?.protocol === 'https:' ? '/keys' : '/endpoint'
}
