import { createPrivateKey, sign } from 'node:crypto'
import type { Answer, SendRequest } from '@carillon/http2-sender'
import { targetRefusedCode } from '../../00-kernel/safe-target.ts'
import type { LaneOptions } from '../channel.ts'
import { readOauthAnswer } from '../oauth-answer.ts'
import { openSender } from '../open-sender.ts'
import { createProviderToken, type ProviderToken, type TokenRefusal } from '../provider-token.ts'
import type { FcmCredential } from './credential.ts'

export interface GoogleToken extends ProviderToken, AsyncDisposable {}

/** Enough alone; Google's own libraries ask for five. */
const scope = 'https://www.googleapis.com/auth/firebase.messaging'
const assertionLifeSeconds = 3600

/**
 * Access tokens of a service account (RFC 7523): one fetch at a time, renewed in the background five minutes
 * before the end, the old one kept while Google's token endpoint is in trouble.
 */
export function openGoogleToken(credential: FcmCredential, options: LaneOptions): GoogleToken {
  const { now, endpoints } = options
  const url = new URL(endpoints.fcmToken ?? credential.token_uri)
  const sender = openSender(options, {
    origin: url.origin,
    protocols: ['h2', 'http/1.1'],
    // The address in a credential is the user's word; the one in our configuration is the operator's.
    lookup: endpoints.fcmToken === null ? () => guardedLookup(url, options) : undefined,
  })
  const issue = async () => {
    const [answer] = await sender.send([tokenRequest(url, credential, now())])
    return readAnswer(answer as Answer, url, now())
  }
  return {
    ...createProviderToken({ now, issue }),
    [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
  }
}

async function guardedLookup(url: URL, { safeLookup }: LaneOptions) {
  const target = await safeLookup(url)
  if ('refused' in target) throw Object.assign(new Error(target.refused), { code: targetRefusedCode })
  return target
}

function readAnswer(answer: Answer, url: URL, nowMs: number) {
  if (!('failure' in answer) || answer.code !== targetRefusedCode) return readOauthAnswer(answer, nowMs)
  const detail = `The token_uri of the service account leads to ${url.host}, which may not be called.`
  return { refused: 'auth_broken', status: null, code: targetRefusedCode, detail } satisfies TokenRefusal
}

function tokenRequest(url: URL, credential: FcmCredential, nowMs: number): SendRequest {
  const form = new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
    assertion: signAssertion(credential, Math.floor(nowMs / 1000)),
  })
  return {
    path: url.pathname + url.search,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
  }
}

/** The audience is what Google knows as its address, also when a relay stands before it. */
function signAssertion({ client_email, private_key, token_uri }: FcmCredential, iat: number): string {
  const claims = { iss: client_email, scope, aud: token_uri, iat, exp: iat + assertionLifeSeconds }
  const signed = `${base64url({ alg: 'RS256', typ: 'JWT' })}.${base64url(claims)}`
  const signature = sign('RSA-SHA256', Buffer.from(signed), createPrivateKey(private_key))
  return `${signed}.${signature.toString('base64url')}`
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
