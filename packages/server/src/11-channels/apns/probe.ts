import { randomUUID } from 'node:crypto'
import type { ProbeStage } from '@carillon/contract'
import type { Address, LaneOptions, Parcel, Verdict, VerdictClass, WirePayload } from '../channel.ts'
import type { ApnsCredential } from './credential.ts'
import { buildApnsPayload } from './payload.ts'
import { openApnsLane } from './send.ts'

const testTtlSeconds = 60

/**
 * Apple has no call that checks a credential alone. A push to a token that cannot exist does: Apple looks at
 * the credential first, so `BadDeviceToken` means that it was taken.
 */
export async function probeApns(
  credential: ApnsCredential,
  options: LaneOptions,
  address?: Address,
): Promise<ProbeStage[]> {
  await using lane = openApnsLane(credential, options)
  const key = { stage: 'credential', ok: true, detail: describe(credential) }
  const [answer] = await lane.send([testParcel({ token: '0'.repeat(64) }, options.now())])
  const asked = authenticationStage(answer as Verdict, options.environment)
  if (!asked.ok || address === undefined) return [key, asked]
  const [verdict] = await lane.send([testParcel(address, options.now())])
  return [key, asked, sendStage(verdict as Verdict)]
}

function describe(credential: ApnsCredential): string {
  return credential.auth === 'token'
    ? `Key ${credential.key_id} of team ${credential.team_id} can sign.`
    : `The certificate for ${credential.bundle_id} opens; it ends on ${credential.expires_at.slice(0, 10)}.`
}

function testParcel(address: Address, nowMs: number): Parcel {
  const deliveryId = randomUUID()
  const wire = buildApnsPayload(
    { title: 'Test', body: 'APNs works.', buttons: [], data: {}, silent: false },
    {
      deliveryId,
      ttlSeconds: testTtlSeconds,
      expiresAtSeconds: Math.floor(nowMs / 1000) + testTtlSeconds,
      priority: 'high',
    },
  ) as WirePayload
  return { deliveryId, address, wire }
}

function authenticationStage(verdict: Verdict, environment: string): ProbeStage {
  const ok = verdict.code === 'BadDeviceToken' || verdict.class === 'accepted'
  return {
    stage: 'authentication',
    ok,
    detail: ok ? `Apple takes the credential in its ${environment} environment.` : wordsOf(verdict),
    hint: ok ? undefined : hints[verdict.class],
  }
}

function sendStage(verdict: Verdict): ProbeStage {
  const ok = verdict.class === 'accepted'
  return {
    stage: 'send',
    ok,
    detail: ok ? 'Apple took the notification.' : wordsOf(verdict),
    hint: hints[verdict.class],
  }
}

function wordsOf({ status, code, detail }: Verdict): string {
  return [status, code, detail].filter((word) => word !== null && word !== undefined).join(' ')
}

const hints: Partial<Record<VerdictClass, string>> = {
  auth_broken: 'Compare key id, team id, bundle id and environment with the Apple developer site.',
  token_dead: 'The app was removed from this device; open it there again.',
  token_wrong_context: 'The device belongs to another app or environment; development builds use sandbox.',
  throttle_target: 'Apple gets too many notifications for this device; wait a little.',
  retry: 'Apple was not reached or is in trouble; check outgoing connections and try again.',
  unknown_outcome: 'Apple did not answer in time; check outgoing connections and try again.',
}
