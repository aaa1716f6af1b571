import type { KeyObject } from 'node:crypto'
import { createECDH, createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto'

/** Order of the P-256 group (SEC 2, section 2.4.2). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** Bytes that only this sandbox's secret gives for this purpose. */
export function derive(secret: Buffer, purpose: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, '', purpose, length))
}

/** A private scalar in 1..order-1, the same for the same secret and purpose. 48 bytes leave no visible bias. */
export function deriveScalar(secret: Buffer, purpose: string): Buffer {
  const wide = BigInt(`0x${derive(secret, purpose, 48).toString('hex')}`)
  return Buffer.from(((wide % (ORDER - 1n)) + 1n).toString(16).padStart(64, '0'), 'hex')
}

/** The uncompressed public point (65 bytes) of a scalar. */
export function publicPoint(scalar: Buffer): Buffer {
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(scalar)
  return ecdh.getPublicKey()
}

export function privateKeyOf(scalar: Buffer): KeyObject {
  const point = publicPoint(scalar)
  return createPrivateKey({ key: { ...jwkOfPoint(point), d: scalar.toString('base64url') }, format: 'jwk' })
}

/** A public key given as the base64url of its 65 bytes; undefined where it is not on the curve. */
export function readPoint(text: string): { key: KeyObject; text: string } | undefined {
  const point = Buffer.from(text, 'base64url')
  if (point.length !== 65 || point[0] !== 4) return undefined
  try {
    const key = createPublicKey({ key: jwkOfPoint(point), format: 'jwk' })
    return { key, text: point.toString('base64url') }
  } catch {
    return undefined
  }
}

/** Whoever imports this finds out whether the point is on the curve. */
function jwkOfPoint(point: Buffer): { kty: string; crv: string; x: string; y: string } {
  const coordinate = (from: number) => point.subarray(from, from + 32).toString('base64url')
  return { kty: 'EC', crv: 'P-256', x: coordinate(1), y: coordinate(33) }
}
