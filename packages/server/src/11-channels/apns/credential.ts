import { createPrivateKey, type KeyObject } from 'node:crypto'
import { ApnsCredential as ApnsInput } from '@carillon/contract'
import type { ParsedCredential } from '../channel.ts'
import { credentialProblem, dots, readCredential } from '../credential-form.ts'
import { type PushCertificate, readPushCertificate } from './push-certificate.ts'

type TokenInput = Extract<ApnsInput, { auth: 'token' }>
type CertificateInput = Extract<ApnsInput, { auth: 'certificate' }>

/** A checked credential. `key` is PEM in PKCS#8, `certificate` PKCS#12 in base64. */
export type ApnsCredential = TokenInput | ApnsCertificateCredential

export interface ApnsCertificateCredential extends CertificateInput {
  bundle_id: string
  /** All that Apple wrote into the certificate, the bundle id among them. */
  topics: string[]
  /** RFC 3339. */
  expires_at: string
}

/** Checks an APNs key or push certificate down to its last field; nothing is asked of Apple. */
export async function parseApnsCredential(input: unknown): Promise<ParsedCredential<ApnsCredential>> {
  const entered = readCredential(ApnsInput, input)
  return entered.auth === 'token' ? parseToken(entered) : parseCertificate(entered)
}

export function maskApnsCredential(credential: ApnsCredential): Record<string, string> {
  if (credential.auth === 'token') return { ...credential, key: dots }
  return { ...credential, certificate: dots, passphrase: dots, topics: credential.topics.join(', ') }
}

function parseToken(entered: TokenInput): ParsedCredential<ApnsCredential> {
  const key = readSigningKey(entered.key).export({ type: 'pkcs8', format: 'pem' }) as string
  checkAppleId(entered.key_id, '/key_id', 'The key id')
  checkAppleId(entered.team_id, '/team_id', 'The team id')
  checkBundleId(entered.bundle_id)
  return { credential: { ...entered, key }, expiresAt: null }
}

function readSigningKey(pem: string): KeyObject {
  if (!pem.includes('-----BEGIN PRIVATE KEY-----')) {
    throw credentialProblem(
      '/key',
      `Paste the whole .p8 file, which starts with -----BEGIN PRIVATE KEY-----.`,
    )
  }
  const key = keyOf(pem)
  if (key === null) throw credentialProblem('/key', 'The key cannot be read; is the .p8 file complete?')
  if (key.asymmetricKeyType !== 'ec' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') {
    throw credentialProblem(
      '/key',
      'An APNs key is an elliptic curve key on P-256; this is another kind of key.',
    )
  }
  return key
}

function keyOf(pem: string): KeyObject | null {
  try {
    return createPrivateKey({ key: pem, format: 'pem' })
  } catch {
    return null
  }
}

function checkAppleId(value: string, pointer: string, what: string): void {
  if (/^[A-Z0-9]{10}$/.test(value)) return
  throw credentialProblem(
    pointer,
    `${what} has 10 characters, capital letters and digits, such as A1B2C3D4E5.`,
  )
}

function checkBundleId(value: string): void {
  if (/^[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$/.test(value) && value.length <= 155) return
  throw credentialProblem(
    '/bundle_id',
    'A bundle id looks like com.example.app: letters, digits, hyphens, dots.',
  )
}

function parseCertificate(entered: CertificateInput): ParsedCredential<ApnsCredential> {
  const certificate = readPushCertificate(Buffer.from(entered.certificate, 'base64'), entered.passphrase)
  if ('fault' in certificate) throw credentialProblem(certificate.pointer, certificate.fault)
  const bundleId = entered.bundle_id ?? certificate.bundleId
  checkBundleId(bundleId)
  checkAgainst(certificate, bundleId, entered)
  return {
    credential: {
      ...entered,
      bundle_id: bundleId,
      topics: certificate.topics,
      expires_at: certificate.expiresAt.toISOString(),
    },
    expiresAt: certificate.expiresAt,
  }
}

function checkAgainst(
  certificate: PushCertificate,
  bundleId: string,
  { environment }: CertificateInput,
): void {
  if (!certificate.topics.includes(bundleId)) {
    throw credentialProblem('/bundle_id', `The certificate is for ${certificate.topics.join(', ')} only.`)
  }
  // Old certificates name their environment, new ones name both, pass type certificates none.
  if (certificate.environments.length > 0 && !certificate.environments.includes(environment)) {
    throw credentialProblem(
      '/environment',
      `The certificate is for the ${certificate.environments[0]} environment.`,
    )
  }
  if (certificate.expiresAt.getTime() <= Date.now()) {
    const day = certificate.expiresAt.toISOString().slice(0, 10)
    throw credentialProblem('/certificate', `The certificate expired on ${day}; make a new one at Apple.`)
  }
}
