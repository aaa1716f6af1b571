import { randomUUID } from 'node:crypto'
import type { ProbeStage, WnsCredential } from '@carillon/contract'
import type { Address, LaneOptions, Parcel, Verdict, VerdictClass, WirePayload } from '../channel.ts'
import type { TokenRefusal } from '../provider-token.ts'
import { buildWnsPayload } from './payload.ts'
import { openWnsLane } from './send.ts'
import { openEntraToken } from './token.ts'

/** Shorter lives may end before a toast is shown. */
const testTtlSeconds = 300

/** Asks Entra for a token and, with an address, sends a toast there. */
export async function probeWns(
  credential: WnsCredential,
  options: LaneOptions,
  address?: Address,
): Promise<ProbeStage[]> {
  await using accessToken = openEntraToken(credential, options)
  const token = await accessToken.get()
  if (typeof token !== 'string') return [refusedStage(token)]
  const issued = { stage: 'authentication', ok: true, detail: 'Entra issued an access token for WNS.' }
  if (!address) return [{ ...issued, hint: subscriptionHint }]
  await using lane = openWnsLane(credential, options)
  const [verdict] = await lane.send([testParcel(address, options.now())])
  return [issued, sendStage(verdict as Verdict)]
}

function refusedStage({ refused, status, code, detail }: TokenRefusal): ProbeStage {
  const hint =
    refused === 'auth_broken'
      ? 'Check tenant and client id, and that the secret is the value (not the id) of one that has not expired.'
      : 'The token service was not reached or is in trouble; try again.'
  return { stage: 'authentication', ok: false, detail: sentenceOf([status, code, detail]), hint }
}

function testParcel(address: Address, nowMs: number): Parcel {
  const deliveryId = randomUUID()
  const wire = buildWnsPayload(
    { title: 'Test', body: 'WNS works.', buttons: [], data: {}, silent: false },
    {
      deliveryId,
      ttlSeconds: testTtlSeconds,
      expiresAtSeconds: Math.floor(nowMs / 1000) + testTtlSeconds,
      priority: 'high',
    },
  ) as WirePayload
  return { deliveryId, address, wire }
}

const subscriptionHint = 'Name a subscription to send a test notification to it.'

function sendStage(verdict: Verdict): ProbeStage {
  const ok = verdict.class === 'accepted'
  return {
    stage: 'send',
    ok,
    detail: ok ? 'WNS took the toast.' : sentenceOf([verdict.status, verdict.code, verdict.detail]),
    hint: hints[verdict.class],
  }
}

function sentenceOf(words: readonly (string | number | null | undefined)[]): string {
  return words.filter((word) => word !== null && word !== undefined).join(' ')
}

const hints: Partial<Record<VerdictClass, string>> = {
  token_dead: 'The channel has expired; the app must ask for a new one and register it.',
  token_wrong_context: 'The channel belongs to another app than this client id stands for.',
  auth_broken: 'Entra knows the client, WNS does not: map the app registration to the package.',
  dropped: 'Windows dropped it: the person switched notifications off, or the device is offline.',
  message_bad: 'WNS refused the request itself; its words are in the detail.',
  target_refused: 'Only addresses under notify.windows.com are called; see ALLOW_PRIVATE_TARGETS.',
  retry: 'WNS was not reached or is in trouble; check outgoing connections and try again.',
  unknown_outcome: 'WNS did not answer; check outgoing connections and try again.',
}
