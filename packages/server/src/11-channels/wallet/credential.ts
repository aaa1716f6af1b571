import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto'
import { WalletCredential } from '@carillon/contract'
import type { ParsedCredential } from '../channel.ts'
import { credentialProblem, dots, readCredential } from '../credential-form.ts'
import { passTypePattern } from './limits.ts'

/** A checked credential: PEM throughout, the key in PKCS#8 and not encrypted. */
export interface WalletKeys {
  pass_type_id: string
  team_id: string
  certificate: string
  key: string
  wwdr: string
  /** RFC 3339; the earlier end of the two certificates. */
  expires_at: string
}

/** Checks that certificate, key and intermediate belong together and say what was entered; Apple is not asked. */
export async function parseWalletCredential(input: unknown): Promise<ParsedCredential<WalletKeys>> {
  const entered = readCredential(WalletCredential, input)
  if (!passTypePattern.test(entered.pass_type_id) || entered.pass_type_id.length > 155)
    throw credentialProblem('/pass_type_id', 'A pass type id looks like pass.com.example.loyalty.')
  const certificate = readCertificate(entered.certificate, '/certificate')
  const wwdr = readCertificate(entered.wwdr, '/wwdr')
  const key = readKey(entered)
  checkSubject(certificate, entered)
  if (!certificate.checkPrivateKey(key))
    throw credentialProblem('/key', 'This is not the key of the certificate.')
  checkIssuer(certificate, wwdr)
  const expiresAt = earlier(checkTime(certificate, '/certificate'), checkTime(wwdr, '/wwdr'))
  return {
    credential: {
      pass_type_id: entered.pass_type_id,
      team_id: entered.team_id,
      certificate: certificate.toString(),
      key: key.export({ type: 'pkcs8', format: 'pem' }) as string,
      wwdr: wwdr.toString(),
      expires_at: expiresAt.toISOString(),
    },
    expiresAt,
  }
}

export function maskWalletCredential({ pass_type_id, team_id }: WalletKeys): Record<string, string> {
  return { pass_type_id, team_id, certificate: dots, key: dots, wwdr: dots }
}

function readCertificate(pem: string, pointer: string): X509Certificate {
  try {
    if (pem.includes('-----BEGIN CERTIFICATE-----')) return new X509Certificate(pem)
  } catch {
    throw credentialProblem(pointer, 'The certificate cannot be read; is the file complete?')
  }
  throw credentialProblem(
    pointer,
    'Paste a certificate in PEM, which starts with -----BEGIN CERTIFICATE-----. ' +
      'A .cer file is converted by: openssl x509 -inform der -in pass.cer',
  )
}

function readKey({ key, passphrase }: WalletCredential): KeyObject {
  const isEncrypted = /ENCRYPTED/.test(key)
  try {
    return createPrivateKey({ key, format: 'pem', ...(isEncrypted ? { passphrase: passphrase ?? '' } : {}) })
  } catch {
    throw isEncrypted
      ? credentialProblem('/passphrase', 'The passphrase does not open this key.')
      : credentialProblem('/key', 'The key cannot be read; paste the private key in PEM.')
  }
}

/** Apple writes the pass type into the subject's UID and the team into its OU, and devices compare both. */
function checkSubject({ subject }: X509Certificate, entered: WalletCredential): void {
  const uid = /^UID=(.+)$/m.exec(subject)?.[1]
  if (uid === undefined || !passTypePattern.test(uid))
    throw credentialProblem(
      '/certificate',
      'This is not a pass type certificate: its subject names no pass type.',
    )
  if (uid !== entered.pass_type_id) throw credentialProblem('/pass_type_id', `The certificate is for ${uid}.`)
  const teams = [...subject.matchAll(/^OU=(.+)$/gm)].map(([, team]) => team)
  if (!teams.includes(entered.team_id))
    throw credentialProblem('/team_id', `The certificate belongs to team ${teams.join(', ') || 'nobody'}.`)
}

function checkIssuer(certificate: X509Certificate, wwdr: X509Certificate): void {
  if (certificate.checkIssued(wwdr) && certificate.verify(wwdr.publicKey)) return
  const issuer = certificate.issuer.replaceAll('\n', ', ')
  throw credentialProblem('/wwdr', `The pass type certificate was issued by another one: ${issuer}.`)
}

function checkTime({ validToDate }: X509Certificate, pointer: string): Date {
  if (validToDate.getTime() > Date.now()) return validToDate
  throw credentialProblem(pointer, `The certificate expired on ${validToDate.toISOString().slice(0, 10)}.`)
}

function earlier(a: Date, b: Date): Date {
  return a < b ? a : b
}
