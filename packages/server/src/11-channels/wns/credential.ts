import { WnsCredential } from '@carillon/contract'
import type { ParsedCredential } from '../channel.ts'
import { credentialProblem, dots, readCredential } from '../credential-form.ts'

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const domain = /^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i

/** Checks what Entra gives for an app registration; whether it fits together only Entra can tell. */
export async function parseWnsCredential(input: unknown): Promise<ParsedCredential<WnsCredential>> {
  const { tenant_id, client_id, client_secret } = readCredential(WnsCredential, input)
  if (!guid.test(tenant_id) && !domain.test(tenant_id)) {
    throw credentialProblem('/tenant_id', 'Must be the id of the directory (a GUID) or one of its domains.')
  }
  if (!guid.test(client_id)) {
    throw credentialProblem('/client_id', 'Must be the application (client) id, a GUID.')
  }
  if (client_secret.trim() === '') {
    throw credentialProblem('/client_secret', 'Must be the value of a client secret.')
  }
  return { credential: { tenant_id, client_id, client_secret }, expiresAt: null }
}

/** What may be shown. */
export function maskWnsCredential({
  tenant_id,
  client_id,
  client_secret,
}: WnsCredential): Record<string, string> {
  return { tenant_id, client_id, client_secret: dots + shownEnd(client_secret) }
}

/** Nothing of a short secret: four characters would be too much of it. */
function shownEnd(secret: string): string {
  return secret.length >= 12 ? secret.slice(-4) : ''
}
