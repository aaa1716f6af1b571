import { createSecureContext, DEFAULT_CIPHERS, getCACertificates, type SecureContext } from 'node:tls'
import type { SenderOptions } from './sender.ts'

/** The cheapest first, for peers that leave the choice to us. */
export const ciphers = `TLS_AES_128_GCM_SHA256:${DEFAULT_CIPHERS}`

/** Parsing Node's trust store takes milliseconds, so senders that add the same list share the result. */
const contexts = new WeakMap<readonly string[], SecureContext>()

/** Undefined leaves Node's own default. Throws when the client certificate cannot be read. */
export function secureContextOf({
  ca = [],
  pfx,
  pem,
}: Pick<SenderOptions, 'ca' | 'pfx' | 'pem'>): SecureContext | undefined {
  const trusted = ca.length > 0 ? [...getCACertificates('default'), ...ca] : undefined
  if (pfx !== undefined) {
    return createSecureContext({
      ciphers,
      ca: trusted,
      pfx: Buffer.from(pfx.data),
      passphrase: pfx.passphrase,
    })
  }
  if (pem !== undefined) {
    return createSecureContext({ ciphers, ca: trusted, cert: pem.certificate, key: pem.key })
  }
  if (trusted === undefined) return undefined
  const context = contexts.get(ca) ?? createSecureContext({ ciphers, ca: trusted })
  contexts.set(ca, context)
  return context
}
