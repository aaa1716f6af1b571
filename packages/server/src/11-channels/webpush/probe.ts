import { randomUUID } from 'node:crypto'
import type { ProbeStage } from '@carillon/contract'
import type { Address, LaneOptions, Parcel, Verdict, VerdictClass, WirePayload } from '../channel.ts'
import type { VapidCredential } from './credential.ts'
import { buildWebPushPayload } from './payload.ts'
import { openWebPushLane } from './send.ts'

const testTtlSeconds = 60

/** A push service can only be asked about a subscription, so without one the test ends at our own keys. */
export async function probeWebPush(
  credential: VapidCredential,
  options: LaneOptions,
  address?: Address,
): Promise<ProbeStage[]> {
  const credentialStage = {
    stage: 'credential',
    ok: true,
    detail: `The key pair is complete; subscriptions made with ${credential.public_key} can be reached.`,
  }
  if (!address) return [{ ...credentialStage, hint: subscriptionHint }]
  await using lane = openWebPushLane(credential, options)
  const [verdict] = await lane.send([testParcel(address, options.now())])
  return [credentialStage, sendStage(verdict as Verdict)]
}

function testParcel(address: Address, nowMs: number): Parcel {
  const deliveryId = randomUUID()
  const wire = buildWebPushPayload(
    { title: 'Test', body: 'Web Push works.', buttons: [], data: {}, silent: false },
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
  const words = [verdict.status, verdict.code, verdict.detail].filter(
    (word) => word !== null && word !== undefined,
  )
  return {
    stage: 'send',
    ok,
    detail: ok ? 'The push service took the message.' : words.join(' '),
    hint: hints[verdict.class],
  }
}

const hints: Partial<Record<VerdictClass, string>> = {
  token_dead: 'The browser has dropped this subscription; let the page subscribe again.',
  token_wrong_context: 'The page subscribed with another public key; let it subscribe again with this one.',
  auth_broken: 'Check the clock of this server and the subject: a mailto: or https address that exists.',
  message_bad: 'The service refused the request itself; its words are in the detail.',
  target_refused: 'Only https endpoints on public addresses are called; see ALLOW_PRIVATE_TARGETS.',
  retry: 'The push service was not reached; check outgoing connections and try again.',
  unknown_outcome: 'The push service did not answer; check outgoing connections and try again.',
}
