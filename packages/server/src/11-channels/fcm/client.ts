import type { Answer } from '@carillon/http2-sender'
import type { LaneOptions, SendOptions } from '../channel.ts'
import { openSender } from '../open-sender.ts'
import { createSameHeaders } from '../same-headers.ts'
import type { FcmCredential } from './credential.ts'
import { type GoogleToken, openGoogleToken } from './token.ts'

/** Calls of one project's messages:send, and the access token for them. */
export interface FcmClient extends AsyncDisposable {
  token: GoogleToken
  /** One answer per body, in order. */
  post(bodies: readonly string[], accessToken: string, how?: SendOptions): Promise<Answer[]>
}

/** Google allows 100 streams on a connection. */
const maxInFlight = 100
const maxConnections = 8
/** Google ends connections after an hour; going first means that nothing is under way when it does. */
const rotateAfterMs = 50 * 60 * 1000

const none = {}

export function openFcmClient(credential: FcmCredential, options: LaneOptions): FcmClient {
  const { now, endpoints } = options
  const endpoint = new URL(endpoints.fcm)
  const path = `${endpoint.pathname.replace(/\/$/, '')}/v1/projects/${credential.project_id}/messages:send`
  const token = openGoogleToken(credential, options)
  const sender = openSender(options, {
    origin: endpoint.origin,
    protocols: ['h2', 'http/1.1'],
    maxInFlight,
    maxConnections,
  })
  const sameHeaders = createSameHeaders()
  let rotatedAtMs = now()

  function post(bodies: readonly string[], accessToken: string, how?: SendOptions): Promise<Answer[]> {
    if (now() - rotatedAtMs >= rotateAfterMs) {
      rotatedAtMs = now()
      sender.reconnect()
    }
    const shared = sameHeaders({ authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' })
    return sender.send(
      bodies.map((body) => ({ path, shared, headers: none, body })),
      how,
    )
  }

  return {
    token,
    post,
    async [Symbol.asyncDispose]() {
      await Promise.all([token[Symbol.asyncDispose](), sender[Symbol.asyncDispose]()])
    },
  }
}
