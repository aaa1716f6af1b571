import type { OutgoingHttpHeaders } from 'node:http'
import type { Sandbox, WnsCredential } from '../index.ts'
import type { Answered } from './http-clients.ts'
import { callHttp1 } from './http-clients.ts'

export function requestWnsToken(
  sandbox: Sandbox,
  { tenant_id, client_id, client_secret }: WnsCredential,
  form: Record<string, string> = {},
): Promise<Answered> {
  const fields = {
    grant_type: 'client_credentials',
    client_id,
    client_secret,
    scope: 'https://wns.windows.com/.default',
    ...form,
  }
  return callHttp1(`${sandbox.env.WNS_TOKEN_ENDPOINT}/${tenant_id}/oauth2/v2.0/token`, sandbox.caPem, {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  })
}

export const TOAST =
  '<toast launch="delivery_id=d1&amp;page=2"><visual><binding template="ToastGeneric">' +
  '<text>Hello</text><text>Tom &amp; Ada</text><image src="https://example.com/a.png"/>' +
  '<image placement="appLogoOverride" src="https://example.com/i.png"/></binding></visual>' +
  '<actions><action content="Yes" arguments="yes"/></actions><audio src="ms-winsoundevent:x"/></toast>'

export type WnsSend = (
  channel: string,
  headers?: OutgoingHttpHeaders,
  body?: string | Buffer,
) => Promise<Answered>

/** Sends correct toasts but for what is given; `undefined` leaves a header out. */
export async function createWnsSender(
  sandbox: Sandbox,
  credential: WnsCredential = sandbox.control.accounts().wns,
): Promise<WnsSend> {
  const { access_token } = (await requestWnsToken(sandbox, credential)).json() as { access_token: string }
  return (channel, headers = {}, body = TOAST) => {
    const all = {
      authorization: `Bearer ${access_token}`,
      'content-type': 'text/xml',
      'x-wns-type': 'wns/toast',
      'content-length': Buffer.byteLength(body),
      ...headers,
    }
    const given = Object.entries(all).filter(([, value]) => value !== undefined)
    return callHttp1(channel, sandbox.caPem, { headers: Object.fromEntries(given), body })
  }
}
