import { randomBytes } from 'node:crypto'
import type { Accounts } from '../accounts.ts'
import { emailOfProject } from '../accounts.ts'
import { putBounded } from '../bounded.ts'
import { isSignedBy, readJwt } from '../crypto/jwt.ts'
import type { Judgement, ProviderRequest } from '../wire/exchange.ts'

const GRANT_TYPE = 'urn:ietf:params:oauth:grant-type:jwt-bearer'
const SCOPES = [
  'https://www.googleapis.com/auth/firebase.messaging',
  'https://www.googleapis.com/auth/cloud-platform',
]
const LIFETIME_SECONDS = 3599
const MAX_ASSERTION_SECONDS = 3600
const CLOCK_SKEW_SECONDS = 60
const GRANTED_LIMIT = 10_000

export interface FcmOauth {
  judge(request: ProviderRequest): Judgement
  /** The project that an `authorization` header speaks for. */
  projectOf(authorization: string | undefined): string | undefined
}

export interface FcmOauthOptions {
  accounts: Accounts
  tokenUri(): string
  /** Epoch milliseconds. */
  now(): number
}

/** https://developers.google.com/identity/protocols/oauth2/service-account, the HTTP/REST part. */
export function createFcmOauth({ accounts, tokenUri, now }: FcmOauthOptions): FcmOauth {
  const granted = new Map<string, { projectId: string; until: number }>()

  const grant = (projectId: string): Judgement => {
    const token = `ya29.${randomBytes(48).toString('base64url')}`
    putBounded(granted, GRANTED_LIMIT, `Bearer ${token}`, {
      projectId,
      until: now() + LIFETIME_SECONDS * 1000,
    })
    const body = JSON.stringify({ access_token: token, expires_in: LIFETIME_SECONDS, token_type: 'Bearer' })
    return {
      result: 'token_minted',
      answer: { status: 200, headers: { 'content-type': 'application/json' }, body },
    }
  }

  return {
    judge: (request) => {
      const form = new URLSearchParams(request.body.toString())
      if (request.method !== 'POST') return refuse('invalid_request', 'Only POST is allowed.')
      if (!request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')) {
        return refuse('invalid_request', 'The request must be a form.')
      }
      if (form.get('grant_type') !== GRANT_TYPE)
        return refuse('unsupported_grant_type', 'Invalid grant_type.')
      const checked = checkAssertion(form.get('assertion') ?? '', accounts, tokenUri(), now() / 1000)
      return 'projectId' in checked ? grant(checked.projectId) : refuse(checked.error, checked.detail)
    },
    projectOf: (authorization) => {
      const found = granted.get(authorization ?? '')
      return found && found.until > now() && accounts.hasFcmProject(found.projectId)
        ? found.projectId
        : undefined
    },
  }
}

type CheckedAssertion = { projectId: string } | { error: string; detail: string }

function checkAssertion(
  assertion: string,
  accounts: Accounts,
  tokenUri: string,
  nowSeconds: number,
): CheckedAssertion {
  const jwt = readJwt(assertion)
  if (!jwt) return { error: 'invalid_grant', detail: 'Bad Request' }
  const { iss, aud, scope, iat, exp } = jwt.claims
  const projectId = typeof iss === 'string' ? projectOfEmail(iss) : undefined
  if (projectId === undefined || !accounts.hasFcmProject(projectId)) {
    return { error: 'invalid_grant', detail: 'Invalid grant: account not found' }
  }
  if (!isSignedBy(jwt, 'RS256', accounts.fcmPublicKey())) {
    return { error: 'invalid_grant', detail: 'Invalid JWT Signature.' }
  }
  if (aud !== tokenUri) return { error: 'invalid_grant', detail: 'Invalid JWT: Failed audience check.' }
  if (!isTimely(iat, exp, nowSeconds)) {
    return { error: 'invalid_grant', detail: 'Invalid JWT: Token must be a short-lived token (60 minutes).' }
  }
  const scopes = typeof scope === 'string' ? scope.split(' ') : []
  return SCOPES.some((known) => scopes.includes(known))
    ? { projectId }
    : { error: 'invalid_scope', detail: 'Invalid OAuth scope or ID token audience provided.' }
}

/** The inverse of `emailOfProject`. */
function projectOfEmail(email: string): string | undefined {
  const projectId = /@([^.]+)\./.exec(email)?.[1]
  return projectId !== undefined && emailOfProject(projectId) === email ? projectId : undefined
}

function isTimely(iat: unknown, exp: unknown, nowSeconds: number): boolean {
  if (typeof iat !== 'number' || typeof exp !== 'number') return false
  if (iat > nowSeconds + CLOCK_SKEW_SECONDS || exp < nowSeconds - CLOCK_SKEW_SECONDS) return false
  return exp > iat && exp - iat <= MAX_ASSERTION_SECONDS
}

function refuse(error: string, detail: string): Judgement {
  const body = JSON.stringify({ error, error_description: detail })
  const headers = { 'content-type': 'application/json' }
  return { result: 'refused', reason: error, answer: { status: 400, headers, body } }
}
