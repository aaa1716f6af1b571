import type { ProviderRequest } from '../wire/exchange.ts'
import { readXml } from './xml.ts'

/** A status with the sentence WNS puts into `X-WNS-Error-Description`. */
export interface WnsFault {
  status: number
  reason: string
}

const xmlRoots: Record<string, string> = { 'wns/toast': 'toast', 'wns/tile': 'tile', 'wns/badge': 'badge' }
const MAX_BYTES = 5000

const headerShapes: Record<string, RegExp> = {
  'x-wns-cache-policy': /^(cache|no-cache)$/,
  'x-wns-requestforstatus': /^(true|false)$/,
  'x-wns-ttl': /^\d+$/,
  'x-wns-tag': /^[A-Za-z0-9]{1,16}$/,
  'x-wns-group': /^[A-Za-z0-9]{1,16}$/,
  'x-wns-priority': /^[1-4]$/,
}

/** "Push notification service request and response headers", learn.microsoft.com. */
export function checkRequest({ headers, body }: ProviderRequest): WnsFault | undefined {
  if (headers['content-length'] === undefined || headers['transfer-encoding'] !== undefined) {
    return { status: 411, reason: 'Content-Length is required.' }
  }
  const type = String(headers['x-wns-type'])
  if (type !== 'wns/raw' && xmlRoots[type] === undefined) return bad('X-WNS-Type is missing or unknown.')
  const contentType = headers['content-type'] ?? ''
  const expected = type === 'wns/raw' ? 'application/octet-stream' : 'text/xml'
  if (contentType.split(';')[0] !== expected) return bad(`Content-Type of ${type} must be ${expected}.`)
  for (const name in headerShapes) {
    const value = headers[name]
    if (value !== undefined && !headerShapes[name]?.test(String(value))) return bad(`${name} is invalid.`)
  }
  if (body.length === 0) return bad('The notification has no content.')
  if (body.length > MAX_BYTES) return { status: 413, reason: 'The notification payload exceeds 5000 bytes.' }
  if (type !== 'wns/raw' && readXml(body.toString())?.name !== xmlRoots[type])
    return bad('The XML is not valid.')
  return undefined
}

const bad = (reason: string): WnsFault => ({ status: 400, reason })
