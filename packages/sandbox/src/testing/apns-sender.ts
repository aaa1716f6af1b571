import type { OutgoingHttpHeaders } from 'node:http2'
import { importPKCS8, SignJWT } from 'jose'
import type { ApnsCredential, Sandbox } from '../index.ts'
import type { Answered } from './http-clients.ts'
import { openHttp2, push } from './http-clients.ts'

/** A provider token as another implementation signs it; `issuedAt` in epoch seconds. */
export async function providerToken(credential: ApnsCredential, issuedAt?: number): Promise<string> {
  const token = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: credential.key_id })
    .setIssuer(credential.team_id)
    .setIssuedAt(issuedAt)
    .sign(await importPKCS8(credential.key, 'ES256'))
  return `bearer ${token}`
}

export const ALERT = JSON.stringify({ aps: { alert: { title: 'Hello' } } })

export interface ApnsSender {
  authorization: string
  /** A correct alert to this token, but for what is given; `undefined` leaves a header out. */
  send(token: string, headers?: OutgoingHttpHeaders, body?: string | Buffer): Promise<Answered>
  close(): void
}

export async function openApns(
  sandbox: Sandbox,
  options: { credential?: ApnsCredential; authorization?: string; environment?: 'sandbox' } = {},
): Promise<ApnsSender> {
  const credential = options.credential ?? sandbox.control.accounts().apns
  const authorization = options.authorization ?? (await providerToken(credential))
  const { APNS_ENDPOINT = '', APNS_SANDBOX_ENDPOINT = '' } = sandbox.env
  const session = await openHttp2(
    options.environment === 'sandbox' ? APNS_SANDBOX_ENDPOINT : APNS_ENDPOINT,
    sandbox.caPem,
  )
  const usual = { authorization, 'apns-topic': credential.bundle_id, 'apns-push-type': 'alert' }
  return {
    authorization,
    send: (token, headers, body = ALERT) =>
      push(session, withoutAbsent({ ':path': `/3/device/${token}`, ...usual, ...headers }), body),
    close: () => session.close(),
  }
}

export const withoutAbsent = (headers: OutgoingHttpHeaders): OutgoingHttpHeaders =>
  Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined))
