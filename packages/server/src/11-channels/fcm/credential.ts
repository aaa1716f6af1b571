import { createPrivateKey, type KeyObject } from 'node:crypto'
import { FcmCredential as FcmInput } from '@carillon/contract'
import type { ParsedCredential } from '../channel.ts'
import { credentialProblem, dots, readCredential } from '../credential-form.ts'

/** The part of a service account that sending takes. */
export interface FcmCredential {
  project_id: string
  client_email: string
  /** PEM, PKCS#8. */
  private_key: string
  /** Where access tokens are asked for, and the audience of the assertion. */
  token_uri: string
}

const googleTokenUri = 'https://oauth2.googleapis.com/token'
const [ServiceAccountFile, ServiceAccountFields] = FcmInput.options

/** Checks a service account, as the JSON file or as single fields; nothing is asked of Google. */
export async function parseFcmCredential(input: unknown): Promise<ParsedCredential<FcmCredential>> {
  refuseOtherFiles(input)
  const isFile = typeof input === 'object' && input !== null && 'service_account' in input
  const place = isFile ? '/service_account' : ''
  const entered = isFile
    ? readCredential(ServiceAccountFile, input).service_account
    : readCredential(ServiceAccountFields, input)
  return { credential: check(entered, place), expiresAt: null }
}

export function maskFcmCredential(credential: FcmCredential): Record<string, string> {
  return { ...credential, private_key: dots }
}

/** What people paste instead, each with the sentence that helps. */
function refuseOtherFiles(input: unknown): void {
  const file = fieldsOf(fieldsOf(input).service_account ?? input)
  const place = 'service_account' in fieldsOf(input) ? '/service_account' : ''
  const legacy = Object.entries({ ...fieldsOf(input), ...file }).find(isLegacyKey)
  if (legacy !== undefined) {
    throw credentialProblem(
      legacy[0] in file ? `${place}/${legacy[0]}` : `/${legacy[0]}`,
      'Legacy server keys stopped working when Google closed the legacy API in 2024. Make a service account key in ' +
        'the Firebase console: Project settings, Service accounts, Generate new private key.',
    )
  }
  if ('project_info' in file) {
    throw credentialProblem(
      place,
      'This is google-services.json, which belongs in the Android app. Give the JSON key of a service account.',
    )
  }
  if (file.type !== undefined && file.type !== 'service_account') {
    throw credentialProblem(`${place}/type`, 'The JSON key must be of the type "service_account".')
  }
}

function isLegacyKey([name, value]: [string, unknown]): boolean {
  const isNamedSo = /^(legacy_)?(server|api)_key$/.test(name)
  return isNamedSo || (typeof value === 'string' && /^(AAAA[\w-]{7}:APA91b|AIza)[\w-]{20,}$/.test(value))
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

type Entered = Record<'project_id' | 'client_email' | 'private_key', string> & { token_uri?: unknown }

function check(entered: Entered, place: string): FcmCredential {
  const { project_id, client_email, token_uri = googleTokenUri } = entered
  if (!/^[a-z0-9][a-z0-9.:-]{2,98}$/.test(project_id)) {
    throw credentialProblem(
      `${place}/project_id`,
      'A project id looks like my-app-12345; it is not the number.',
    )
  }
  if (!/^[^@\s]+@[^@\s]+$/.test(client_email)) {
    throw credentialProblem(`${place}/client_email`, 'The service account is named by an email address.')
  }
  const key = readPrivateKey(entered.private_key, `${place}/private_key`)
  if (typeof token_uri !== 'string' || URL.parse(token_uri)?.protocol !== 'https:') {
    throw credentialProblem(`${place}/token_uri`, 'The token address must be an https address.')
  }
  const private_key = key.export({ type: 'pkcs8', format: 'pem' }) as string
  return { project_id, client_email, private_key, token_uri }
}

function readPrivateKey(pem: string, pointer: string): KeyObject {
  const key = keyOf(pem)
  if (key === null) {
    throw credentialProblem(
      pointer,
      'The private key cannot be read; copy it whole, from BEGIN to END PRIVATE KEY.',
    )
  }
  if (key.asymmetricKeyType !== 'rsa') {
    throw credentialProblem(
      pointer,
      'The key of a service account is an RSA key; this is another kind of key.',
    )
  }
  return key
}

/** A key copied out of the JSON file by hand has the two characters `\n` where the lines end. */
function keyOf(pem: string): KeyObject | null {
  try {
    return createPrivateKey({ key: pem.replaceAll('\\n', '\n'), format: 'pem' })
  } catch {
    return null
  }
}
