import type { ProbeStage } from '@carillon/contract'
import { apnsVerdict } from '../apns-verdict.ts'
import type { Address, Json, LaneOptions, RenderedContent, Verdict, WirePayload } from '../channel.ts'
import { openSender } from '../open-sender.ts'
import type { WalletKeys } from './credential.ts'
import { passJson } from './pass-json.ts'
import { buildWalletPayload } from './payload.ts'
import { signPass } from './pkpass.ts'

/**
 * Signs a pass, and asks Apple whether it takes the certificate: a push to a token that cannot exist is answered
 * `BadDeviceToken` only after the certificate was looked at. The one device of a pass is told when it changes, so a
 * test sends nothing to it.
 */
export async function probeWallet(
  keys: WalletKeys,
  options: LaneOptions,
  _address?: Address,
): Promise<ProbeStage[]> {
  const signed = await signingStage(keys, options)
  if (!signed.ok) return [signed]
  return [signed, authenticationStage(await pushToNobody(keys, options))]
}

async function signingStage(keys: WalletKeys, options: LaneOptions): Promise<ProbeStage> {
  const wire = buildWalletPayload(sample, sampleOptions) as WirePayload
  const content = JSON.parse(wire.body) as Record<string, Json>
  const { carillonImages: _, ...shown } = content
  const identity = {
    serial: 'test',
    passTypeId: keys.pass_type_id,
    teamId: keys.team_id,
    webServiceUrl: 'https://example.com/wallet',
    authenticationToken: '0'.repeat(32),
    organizationName: 'Test',
  }
  const bytes = await signPass(
    keys,
    { passJson: passJson(shown, identity), images: new Map([['icon', onePixel]]) },
    new Date(options.now()),
  )
  return {
    stage: 'signature',
    ok: true,
    detail: `A pass of ${keys.pass_type_id} was signed: ${bytes.length} bytes. The certificate ends on ${keys.expires_at.slice(0, 10)}.`,
  }
}

const onePixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
)

const sample: RenderedContent = {
  title: 'Test',
  buttons: [],
  data: {},
  silent: false,
  wallet: { images: { icon: '00000000-0000-7000-8000-000000000000' } },
}
const sampleOptions = { deliveryId: '', ttlSeconds: 0, expiresAtSeconds: 0, priority: 'high' } as const

async function pushToNobody(keys: WalletKeys, options: LaneOptions): Promise<Verdict> {
  const { origin, pathname } = new URL(options.endpoints.apns)
  await using sender = openSender(options, {
    origin,
    protocols: ['h2'],
    pem: { certificate: keys.certificate, key: keys.key },
  })
  const [answer] = await sender.send([
    {
      path: `${pathname.replace(/\/$/, '')}/3/device/${'0'.repeat(64)}`,
      headers: { 'apns-topic': keys.pass_type_id, 'apns-push-type': 'alert', 'apns-expiration': '0' },
      body: '{}',
    },
  ])
  if (!answer) throw new Error('One request got no answer.')
  return apnsVerdict(answer, options.now())
}

function authenticationStage(verdict: Verdict): ProbeStage {
  const { status, code, detail } = verdict
  const ok = code === 'BadDeviceToken' || verdict.class === 'accepted'
  const words = [status, code, detail].filter((word) => word !== null && word !== undefined).join(' ')
  return {
    stage: 'authentication',
    ok,
    detail: ok ? 'Apple takes the certificate for update pushes.' : words,
    ...(ok ? {} : { hint: hintOf(verdict) }),
  }
}

function hintOf(verdict: Verdict): string {
  return verdict.class === 'auth_broken'
    ? 'Apple refuses the certificate; make a new one for this pass type on the Apple developer site.'
    : 'Apple was not reached or is in trouble; check outgoing connections and try again.'
}
