import { createHmac, randomBytes } from 'node:crypto'

const prefix = 'whsec_'

/** 32 random bytes; Standard Webhooks 1.0.0 asks for 24 to 64. */
export function newSecret(): string {
  return prefix + randomBytes(32).toString('base64')
}

export interface Signable {
  id: string
  timestampSeconds: number
  body: string
}

/** The `webhook-signature` header: one signature per secret (Standard Webhooks 1.0.0, "Signature scheme"). */
export function signatureOf(
  { id, timestampSeconds, body }: Signable,
  secrets: readonly [string, ...string[]],
): string {
  return secrets
    .map((secret) => {
      const key = Buffer.from(secret.slice(prefix.length), 'base64')
      return `v1,${createHmac('sha256', key).update(`${id}.${timestampSeconds}.${body}`).digest('base64')}`
    })
    .join(' ')
}
