import type { KeyObject } from 'node:crypto'
import {
  startTestServer,
  type TestReply,
  type TestRequest,
  type TestServer,
} from '@carillon/http2-sender/testing'
import { jwtVerify } from 'jose'

export interface StrictApnsOptions {
  /** Null takes no token at all, as for a client with a certificate. */
  publicKey: KeyObject | null
  bundleId: string
  /** What to answer to a request that is well-formed; 200 when absent or undefined. */
  reply?: (request: TestRequest) => TestReply | undefined
}

/** An APNs that checks path, headers and token of every request before it lets a test decide. */
export function startStrictApns(options: StrictApnsOptions): Promise<TestServer> {
  return startTestServer({
    requestCert: options.publicKey === null,
    async handle(request) {
      const reason = await reasonAgainst(request, options)
      if (reason !== null) return refuse(reason === 'InvalidProviderToken' ? 403 : 400, reason)
      return (
        options.reply?.(request) ?? {
          status: 200,
          headers: { 'apns-id': String(request.headers['apns-id']) },
        }
      )
    },
  })
}

export function refuse(status: number, reason: string, more: object = {}): TestReply {
  return { status, body: JSON.stringify({ reason, ...more }) }
}

async function reasonAgainst(
  { method, path, headers, body }: TestRequest,
  { publicKey, bundleId }: StrictApnsOptions,
): Promise<string | null> {
  if (method !== 'POST' || !/^\/3\/device\/([0-9a-f]{2})+$/.test(path)) return 'BadPath'
  if (headers['apns-topic'] !== bundleId) return 'DeviceTokenNotForTopic'
  if (!/^[0-9a-f-]{36}$/.test(String(headers['apns-id']))) return 'BadMessageId'
  if (!/^(1|5|10)$/.test(String(headers['apns-priority']))) return 'BadPriority'
  if (!/^\d+$/.test(String(headers['apns-expiration']))) return 'BadExpirationDate'
  if (headers['apns-push-type'] !== 'alert') return 'InvalidPushType'
  if (!('aps' in JSON.parse(body))) return 'PayloadEmpty'
  return publicKey === null || (await isSigned(headers.authorization, publicKey))
    ? null
    : 'InvalidProviderToken'
}

async function isSigned(authorization: unknown, publicKey: KeyObject): Promise<boolean> {
  const token = /^bearer (.+)$/.exec(String(authorization))?.[1] ?? ''
  const verified = await jwtVerify(token, publicKey, { algorithms: ['ES256'] }).catch(() => null)
  return typeof verified?.payload.iat === 'number' && typeof verified.payload.iss === 'string'
}
