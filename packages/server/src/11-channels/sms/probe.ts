import { randomUUID } from 'node:crypto'
import type { ProbeStage, SmppCredential, SmsCredential, TwilioCredential } from '@carillon/contract'
import type { Address, LaneOptions, Parcel, Verdict, VerdictClass, WirePayload } from '../channel.ts'
import { verdictOfTwilio } from './outcome.ts'
import { buildSmsPayload } from './payload.ts'
import { openSmsLane } from './send.ts'
import { connectSmpp } from './smpp-connection.ts'
import { accountPath, authorizationOf, openTwilioSender } from './twilio-lane.ts'

/** Signs in and, with a number, sends a text there. */
export async function probeSms(
  credential: SmsCredential,
  options: LaneOptions,
  address?: Address,
): Promise<ProbeStage[]> {
  const first =
    credential.provider === 'twilio'
      ? await signInToTwilio(credential, options)
      : await signInToSmpp(credential, options)
  if (!first.ok || !address) return [first.ok ? { ...first, hint: numberHint } : first]
  await using lane = openSmsLane(credential, options)
  const [verdict] = await lane.send([testParcel(address, options.now())])
  return [first, sendStage(verdict as Verdict)]
}

const numberHint = 'Name a subscription to send a test message to its number; it is charged as any other.'

/** Reads the account itself, which costs nothing. */
async function signInToTwilio(credential: TwilioCredential, options: LaneOptions): Promise<ProbeStage> {
  await using sender = openTwilioSender(options)
  const headers = { authorization: authorizationOf(credential), accept: 'application/json' }
  const [answer] = await sender.send([
    { method: 'GET', path: `${accountPath(credential)}.json`, headers, body: '' },
  ])
  const verdict = verdictOfTwilio(answer as never, options.now())
  return stage('authentication', verdict, `Twilio knows the account ${credential.account_sid}.`)
}

async function signInToSmpp(credential: SmppCredential, options: LaneOptions): Promise<ProbeStage> {
  const line = await connectSmpp(credential, options, async () => {
    throw new Error('A probe keeps nothing.')
  })
  if ('class' in line) return stage('bind', line, '')
  await line.close()
  return {
    stage: 'bind',
    ok: true,
    detail: `${credential.host} bound ${credential.system_id} as a transceiver.`,
  }
}

function testParcel(address: Address, nowMs: number): Parcel {
  const deliveryId = randomUUID()
  const options = {
    ttlSeconds: 300,
    expiresAtSeconds: Math.floor(nowMs / 1000) + 300,
    priority: 'high',
  } as const
  const content = { body: 'Text messages work.', buttons: [], data: {}, silent: false }
  return { deliveryId, address, wire: buildSmsPayload(content, { deliveryId, ...options }) as WirePayload }
}

function sendStage(verdict: Verdict): ProbeStage {
  return stage('send', verdict, 'The provider took the text.')
}

function stage(name: string, verdict: Verdict, success: string): ProbeStage {
  if (verdict.class === 'accepted') return { stage: name, ok: true, detail: success }
  const words = [verdict.status, verdict.code, verdict.detail].filter((word) => word != null)
  return { stage: name, ok: false, detail: words.join(' '), hint: hints[verdict.class] }
}

const hints: Partial<Record<VerdictClass, string>> = {
  auth_broken: 'Check account and password, and that the sender belongs to the account.',
  token_dead: 'The provider says that this is no number that can get text messages.',
  opted_out: 'The person told the provider to stop; they must write START to this sender first.',
  message_bad: 'The provider refused the message itself: its region, its route or its text.',
  throttle_project: 'The provider has too much to do for this account; try again.',
  retry: 'The provider was not reached or is in trouble; check host, port and outgoing connections.',
  unknown_outcome: 'The provider did not answer; check host, port and outgoing connections.',
}
