import type { KeyObject } from 'node:crypto'
import { verify } from 'node:crypto'

export interface Jwt {
  header: Record<string, unknown>
  claims: Record<string, unknown>
  /** What the signature covers. */
  signed: string
  signature: Buffer
}

const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]+$/

/** Takes a compact JWT (RFC 7519) apart without believing it; undefined where it is not one. */
export function readJwt(token: string): Jwt | undefined {
  if (!COMPACT.test(token)) return undefined
  const [header = '', claims = '', signature = ''] = token.split('.')
  const parts = { header: readPart(header), claims: readPart(claims) }
  if (!parts.header || !parts.claims) return undefined
  return {
    header: parts.header,
    claims: parts.claims,
    signed: `${header}.${claims}`,
    signature: Buffer.from(signature, 'base64url'),
  }
}

/** ES256 is raw r||s of 64 bytes (RFC 7518 section 3.4); a DER signature, a common mistake, is refused. */
export function isSignedBy(jwt: Jwt, algorithm: 'ES256' | 'RS256', key: KeyObject): boolean {
  if (jwt.header.alg !== algorithm) return false
  const data = Buffer.from(jwt.signed)
  if (algorithm === 'RS256') return verify('sha256', data, key, jwt.signature)
  return (
    jwt.signature.length === 64 && verify('sha256', data, { key, dsaEncoding: 'ieee-p1363' }, jwt.signature)
  )
}

function readPart(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
