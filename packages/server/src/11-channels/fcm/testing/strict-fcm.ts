import { createPublicKey, generateKeyPairSync } from 'node:crypto'
import {
  startTestServer,
  type TestReply,
  type TestRequest,
  type TestServer,
} from '@carillon/http2-sender/testing'
import { jwtVerify } from 'jose'
import type { FcmCredential } from '../credential.ts'

export interface StrictFcmOptions {
  /** What to answer to a well-formed message; accepted when absent or undefined. */
  reply?: (message: Record<string, unknown>, request: TestRequest) => TestReply | undefined
  /** What the token endpoint answers to a good assertion instead of a token. */
  tokenReply?: (call: number) => TestReply | undefined
  protocols?: 'h2' | 'http/1.1' | 'both'
}

export interface StrictFcm extends AsyncDisposable {
  server: TestServer
  credential: FcmCredential
  /** Every message that came with a good access token, in order. */
  messages: Record<string, unknown>[]
  /** How many access tokens were asked for. */
  tokenCalls(): number
  /** Refuses all access tokens issued so far. */
  revoke(): void
}

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const json = (status: number, value: unknown): TestReply => ({ status, body: JSON.stringify(value) })

/** Google's token endpoint and FCM v1 on one server, checking every request before a test decides. */
export async function startStrictFcm(options: StrictFcmOptions = {}): Promise<StrictFcm> {
  const messages: Record<string, unknown>[] = []
  let calls = 0
  let valid = new Set<string>()
  const server = await startTestServer({
    protocols: options.protocols,
    handle: (request) => (request.path === '/token' ? issue(request) : take(request)),
  })
  const credential: FcmCredential = {
    project_id: 'shop-1',
    client_email: 'push@shop-1.iam.gserviceaccount.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    token_uri: `${server.origin}/token`,
  }

  async function issue(request: TestRequest): Promise<TestReply> {
    calls++
    if (!(await isGoodAssertion(request, credential))) return json(400, { error: 'invalid_grant' })
    const instead = options.tokenReply?.(calls)
    if (instead !== undefined) return instead
    valid.add(`Bearer token-${calls}`)
    return json(200, { access_token: `token-${calls}`, expires_in: 3599, token_type: 'Bearer' })
  }

  function take(request: TestRequest): TestReply {
    if (request.path !== '/v1/projects/shop-1/messages:send' || request.method !== 'POST') {
      return json(404, { error: { code: 404, status: 'NOT_FOUND', message: 'no such project' } })
    }
    if (!valid.has(String(request.headers.authorization))) {
      return json(401, { error: { code: 401, status: 'UNAUTHENTICATED', message: 'no token' } })
    }
    const { message } = JSON.parse(request.body) as { message: Record<string, unknown> }
    const targets = ['token', 'fid', 'topic'].filter((name) => name in message)
    const isStrings = Object.values(message.data ?? {}).every((value) => typeof value === 'string')
    if (targets.length !== 1 || !isStrings) {
      return json(400, { error: { code: 400, status: 'INVALID_ARGUMENT', message: 'malformed' } })
    }
    messages.push(message)
    return (
      options.reply?.(message, request) ?? json(200, { name: `projects/shop-1/messages/${messages.length}` })
    )
  }

  return {
    server,
    credential,
    messages,
    tokenCalls: () => calls,
    revoke() {
      valid = new Set()
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

async function isGoodAssertion({ headers, body }: TestRequest, credential: FcmCredential): Promise<boolean> {
  const form = new URLSearchParams(body)
  const verified = await jwtVerify(form.get('assertion') ?? '', createPublicKey(credential.private_key), {
    algorithms: ['RS256'],
    audience: credential.token_uri,
    issuer: credential.client_email,
    // The lane's clock is the test's own.
    currentDate: new Date(0),
    clockTolerance: '1000y',
  }).catch(() => null)
  const { scope, iat = 0, exp = 0 } = verified?.payload ?? {}
  return (
    headers['content-type'] === 'application/x-www-form-urlencoded' &&
    form.get('grant_type') === 'urn:ietf:params:oauth:grant-type:jwt-bearer' &&
    scope === 'https://www.googleapis.com/auth/firebase.messaging' &&
    exp - iat === 3600
  )
}
