import { randomUUID } from 'node:crypto'
import type { ProbeStage } from '@carillon/contract'
import type { Answer } from '@carillon/http2-sender'
import type { Address, LaneOptions, VerdictClass, WirePayload } from '../channel.ts'
import { type FcmClient, openFcmClient } from './client.ts'
import type { FcmCredential } from './credential.ts'
import { judgeFcm } from './outcome.ts'
import { buildFcmPayload } from './payload.ts'
import { messageFor } from './send.ts'

const testTtlSeconds = 60

/** Key, token exchange, a dry run that reaches nobody, and with an address a real notification to it. */
export async function probeFcm(
  credential: FcmCredential,
  options: LaneOptions,
  address?: Address,
): Promise<ProbeStage[]> {
  await using client = openFcmClient(credential, options)
  const stages = [credentialStage(credential)]
  const accessToken = await client.token.get()
  if (typeof accessToken !== 'string') {
    const { status, code, detail } = accessToken
    const hint = 'Check the clock of this server, and that the key still exists at Google.'
    return [...stages, failed('token', [status, code, detail], hint)]
  }
  stages.push({ stage: 'token', ok: true, detail: 'Google issued an access token.' })
  const ask = (message: string, stage: string, good: string) =>
    askFcm(client, { message, accessToken, stage, good, target: address?.target ?? 'token' }, options.now())
  stages.push(await ask(dryRun(address, options.now()), 'dry_run', 'FCM would take the message.'))
  if (address === undefined || !stages.every(({ ok }) => ok)) return stages
  return [...stages, await ask(testMessage(address, options.now()), 'send', 'FCM took the notification.')]
}

function credentialStage({ client_email, project_id }: FcmCredential): ProbeStage {
  return { stage: 'credential', ok: true, detail: `The key of ${client_email} for ${project_id} can sign.` }
}

interface Question {
  message: string
  accessToken: string
  stage: string
  good: string
  target: 'token' | 'fid'
}

async function askFcm(client: FcmClient, question: Question, nowMs: number): Promise<ProbeStage> {
  const { message, accessToken, stage, good, target } = question
  const [answer] = await client.post([message], accessToken)
  const { verdict } = judgeFcm(answer as Answer, { target, projectIsProven: false, nowMs })
  if (verdict.class === 'accepted') return { stage, ok: true, detail: good }
  return failed(stage, [verdict.status, verdict.code, verdict.detail], hints[verdict.class])
}

function failed(stage: string, words: unknown[], hint: string | undefined): ProbeStage {
  return {
    stage,
    ok: false,
    detail: words.filter((word) => word !== null && word !== undefined).join(' '),
    hint,
  }
}

/** `validate_only` checks everything but the delivery. A topic needs no device and no subscriber. */
function dryRun(address: Address | undefined, nowMs: number): string {
  const message = address
    ? testMessage(address, nowMs)
    : '{"message":{"topic":"carillon-test","notification":{"title":"Test"}}}'
  return `{"validate_only":true,${message.slice(1)}`
}

function testMessage(address: Address, nowMs: number): string {
  const wire = buildFcmPayload(
    { title: 'Test', body: 'FCM works.', buttons: [], data: {}, silent: false },
    {
      deliveryId: randomUUID(),
      ttlSeconds: testTtlSeconds,
      expiresAtSeconds: Math.floor(nowMs / 1000) + testTtlSeconds,
      priority: 'high',
    },
  ) as WirePayload
  return messageFor({ address, wire })
}

const hints: Partial<Record<VerdictClass, string>> = {
  auth_broken: 'Check that the Firebase Cloud Messaging API is switched on and the account may send.',
  token_dead: 'The app was removed from this device; open it there again.',
  token_wrong_context: 'The device registered with another Firebase project; compare google-services.json.',
  throttle_project: 'The project is over its quota; wait a minute.',
  throttle_target: 'Google gets too many messages for this device; wait a little.',
  retry: 'Google was not reached or is in trouble; check outgoing connections and try again.',
  unknown_outcome: 'Google did not answer in time; check outgoing connections and try again.',
}
