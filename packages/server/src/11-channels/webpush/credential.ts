import { createECDH } from 'node:crypto'
import { WebPushCredential } from '@carillon/contract'
import type { ParsedCredential } from '../channel.ts'
import { credentialProblem, dots, readCredential } from '../credential-form.ts'
import { readPoint } from './encrypt.ts'
import { generateVapidKeys, type VapidKeys } from './vapid.ts'

/** A VAPID identity. Subscriptions are bound to the public key: a new pair loses all of them. */
export interface VapidCredential extends VapidKeys {
  subject: string
}

/** Checks subject and key pair; makes a pair when none is given. */
export async function parseWebPushCredential(input: unknown): Promise<ParsedCredential<VapidCredential>> {
  const { subject, public_key, private_key } = readCredential(WebPushCredential, input)
  checkSubject(subject)
  if (public_key === undefined && private_key === undefined) {
    return { credential: { subject, ...generateVapidKeys() }, expiresAt: null }
  }
  const keys = {
    public_key: present(public_key, 'public_key'),
    private_key: present(private_key, 'private_key'),
  }
  checkPair(keys)
  return { credential: { subject, ...keys }, expiresAt: null }
}

/** Browsers are subscribed under the key pair: a new one would lose them all, so the old one stays unless another is given. */
export function inheritVapidPair(input: unknown, { public_key, private_key }: VapidCredential): unknown {
  const isObject = typeof input === 'object' && input !== null
  if (!isObject || 'public_key' in input || 'private_key' in input) return input
  return { ...input, public_key, private_key }
}

/** The public key is shown whole: pages subscribe with it. */
export function maskWebPushCredential(credential: VapidCredential): Record<string, string> {
  const { subject, public_key, private_key } = credential
  return { subject, public_key, private_key: `${dots}${private_key.slice(-4)}` }
}

/** RFC 8292, section 2.1. Apple answers 403 `BadJwtToken` to spaces, angle brackets and local names. */
function checkSubject(subject: string): void {
  const host = hostOfSubject(subject)
  if (host === null) {
    throw credentialProblem(
      '/subject',
      'Give a mailto: address or an https address of whoever runs this server.',
    )
  }
  if (/(^|\.)(localhost|local)$/i.test(host)) {
    throw credentialProblem(
      '/subject',
      `Push services refuse ${host}; give an address that they could reach.`,
    )
  }
}

function hostOfSubject(subject: string): string | null {
  const mail = /^mailto:[^\s<>@]+@([^\s<>@]+)$/.exec(subject)
  if (mail) return mail[1] ?? null
  const isWeb = /^https:\/\/[^\s<>]+$/.test(subject) && URL.canParse(subject)
  return isWeb ? new URL(subject).hostname : null
}

function present(value: string | undefined, field: string): string {
  if (value !== undefined) return value
  throw credentialProblem(`/${field}`, 'Give both keys of the pair, or none to have one made.')
}

function checkPair({ public_key, private_key }: VapidKeys): void {
  const point = bytesOf(public_key, 65)
  if (!point || !readPoint(point)) {
    throw credentialProblem(
      '/public_key',
      'Must be an uncompressed point of P-256: 65 bytes in base64url, 87 characters.',
    )
  }
  const derived = derivedPoint(bytesOf(private_key, 32))
  if (!derived)
    throw credentialProblem('/private_key', 'Must be a P-256 key: 32 bytes in base64url, 43 characters.')
  if (!derived.equals(point)) throw credentialProblem('/private_key', 'Does not belong to this public key.')
}

function bytesOf(text: string, length: number): Buffer | null {
  const bytes = Buffer.from(text, 'base64url')
  return /^[A-Za-z0-9_-]+$/.test(text) && bytes.length === length ? bytes : null
}

/** Null when the scalar is none of the curve's: zero, or not below its order. */
function derivedPoint(scalar: Buffer | null): Buffer | null {
  if (!scalar) return null
  const pair = createECDH('prime256v1')
  try {
    pair.setPrivateKey(scalar)
    return pair.getPublicKey()
  } catch {
    return null
  }
}
