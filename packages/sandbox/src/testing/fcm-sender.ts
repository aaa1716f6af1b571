import { importPKCS8, SignJWT } from 'jose'
import type { FcmServiceAccount, Sandbox } from '../index.ts'
import type { Answered } from './http-clients.ts'
import { callHttp1, openHttp2, push } from './http-clients.ts'

const SCOPE = 'https://www.googleapis.com/auth/firebase.messaging'

export interface Assertion {
  claims?: Record<string, unknown>
  grantType?: string
  issuedAt?: number
}

/** Exchanges a service account's assertion for an access token, with claims changed as asked. */
export async function requestToken(
  sandbox: Sandbox,
  account: FcmServiceAccount,
  { claims, grantType = 'urn:ietf:params:oauth:grant-type:jwt-bearer', issuedAt = now() }: Assertion = {},
): Promise<Answered> {
  const assertion = await new SignJWT({
    iss: account.client_email,
    aud: account.token_uri,
    scope: SCOPE,
    iat: issuedAt,
    exp: issuedAt + 3600,
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', kid: account.private_key_id })
    .sign(await importPKCS8(account.private_key, 'RS256'))
  return callHttp1(account.token_uri, sandbox.caPem, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: grantType, assertion }).toString(),
  })
}

const now = () => Math.floor(Date.now() / 1000)

export interface FcmSender {
  authorization: string
  send(body: unknown, headers?: Record<string, string>): Promise<Answered>
  close(): void
}

export async function openFcm(
  sandbox: Sandbox,
  account: FcmServiceAccount = sandbox.control.accounts().fcm,
): Promise<FcmSender> {
  const { access_token } = (await requestToken(sandbox, account)).json() as { access_token: string }
  const session = await openHttp2(sandbox.env.FCM_ENDPOINT ?? '', sandbox.caPem)
  const authorization = `Bearer ${access_token}`
  const path = `/v1/projects/${account.project_id}/messages:send`
  return {
    authorization,
    send: (body, headers) =>
      push(
        session,
        { ':path': path, authorization, ...headers },
        typeof body === 'string' ? body : JSON.stringify(body),
      ),
    close: () => session.close(),
  }
}
