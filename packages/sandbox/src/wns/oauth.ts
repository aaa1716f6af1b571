import { randomBytes } from 'node:crypto'
import type { Accounts } from '../accounts.ts'
import { SAMPLE } from '../accounts.ts'
import { putBounded } from '../bounded.ts'
import type { Judgement, ProviderRequest } from '../wire/exchange.ts'

const SCOPE = 'https://wns.windows.com/.default'
/** 24 hours and a little less, as Entra gives for WNS. */
const LIFETIME_SECONDS = 86_399
const GRANTED_LIMIT = 10_000

export interface WnsOauth {
  /** Undefined where the path is no tenant's token endpoint. */
  tenantOf(path: string): string | undefined
  judge(request: ProviderRequest): Judgement
  /** The client that an `authorization` header speaks for. */
  clientOf(authorization: string | undefined): string | undefined
}

/** Entra's client credentials flow (learn.microsoft.com, "OAuth 2.0 client credentials flow"). */
export function createWnsOauth({ accounts, now }: { accounts: Accounts; now(): number }): WnsOauth {
  const granted = new Map<string, { clientId: string; until: number }>()
  const tenantOf = (path: string) => /^\/([\w.-]+)\/oauth2\/v2\.0\/token$/.exec(path)?.[1]

  const grant = (clientId: string): Judgement => {
    const token = `EwB4${randomBytes(60).toString('base64url')}`
    putBounded(granted, GRANTED_LIMIT, `Bearer ${token}`, {
      clientId,
      until: now() + LIFETIME_SECONDS * 1000,
    })
    const body = JSON.stringify({
      token_type: 'Bearer',
      expires_in: LIFETIME_SECONDS,
      ext_expires_in: LIFETIME_SECONDS,
      access_token: token,
    })
    return {
      result: 'token_minted',
      answer: { status: 200, headers: { 'content-type': 'application/json' }, body },
    }
  }

  return {
    tenantOf,
    judge: (request) => {
      const form = new URLSearchParams(request.body.toString())
      const clientId = form.get('client_id') ?? ''
      const error = checkForm(request, form, tenantOf(request.path), accounts.wnsSecret(clientId))
      return error ? refuse(error) : grant(clientId)
    },
    clientOf: (authorization) => {
      const found = granted.get(authorization ?? '')
      return found && found.until > now() && accounts.wnsSecret(found.clientId) ? found.clientId : undefined
    },
  }
}

interface EntraError {
  status: number
  error: string
  code: number
  detail: string
}

function checkForm(
  request: ProviderRequest,
  form: URLSearchParams,
  tenant: string | undefined,
  secret: string | undefined,
): EntraError | undefined {
  if (
    request.method !== 'POST' ||
    !request.headers['content-type']?.startsWith('application/x-www-form-urlencoded')
  ) {
    return { status: 400, error: 'invalid_request', code: 900144, detail: 'The request body must be a form.' }
  }
  if (tenant !== SAMPLE.tenantId) {
    return { status: 400, error: 'invalid_request', code: 90002, detail: `Tenant '${tenant}' not found.` }
  }
  if (form.get('grant_type') !== 'client_credentials') {
    return { status: 400, error: 'unsupported_grant_type', code: 70003, detail: 'Use client_credentials.' }
  }
  if (form.get('scope') !== SCOPE) {
    return { status: 400, error: 'invalid_scope', code: 1002012, detail: `The scope must be ${SCOPE}.` }
  }
  if (secret === undefined) {
    return {
      status: 400,
      error: 'unauthorized_client',
      code: 700016,
      detail: 'Application not found in the directory.',
    }
  }
  return form.get('client_secret') === secret
    ? undefined
    : { status: 401, error: 'invalid_client', code: 7000215, detail: 'Invalid client secret provided.' }
}

function refuse({ status, error, code, detail }: EntraError): Judgement {
  const body = JSON.stringify({ error, error_description: `AADSTS${code}: ${detail}`, error_codes: [code] })
  return {
    result: 'refused',
    reason: error,
    answer: { status, headers: { 'content-type': 'application/json' }, body },
  }
}
