import { createHash, createPrivateKey, sign, X509Certificate } from 'node:crypto'
import { der, derOid, elementsOf } from '../der.ts'

const data = '1.2.840.113549.1.7.1'
const signedData = '1.2.840.113549.1.7.2'
const contentType = '1.2.840.113549.1.9.3'
const messageDigest = '1.2.840.113549.1.9.4'
const signingTime = '1.2.840.113549.1.9.5'
const sha256 = '2.16.840.1.101.3.4.2.1'
const rsaEncryption = '1.2.840.113549.1.1.1'
const ecdsaWithSha256 = '1.2.840.10045.4.3.2'

const sequence = (...content: Buffer[]) => der(0x30, ...content)
const setOf = (...content: Buffer[]) => der(0x31, ...content.sort(Buffer.compare))
const nothing = der(0x05)
const version1 = der(0x02, Buffer.of(1))

export interface Signer {
  /** PEM. */
  certificate: string
  key: string
  /** Sent along, so that whoever verifies finds the way to the root. */
  chain: readonly string[]
}

/**
 * A detached CMS signature (RFC 5652, section 5) over `content`, in DER: SHA-256, with signing time and all
 * certificates.
 */
export function signDetached(content: Buffer, { certificate, key, chain }: Signer, now: Date): Buffer {
  const own = new X509Certificate(certificate).raw
  const signerKey = createPrivateKey(key)
  const attributes = [
    attribute(contentType, derOid(data)),
    attribute(signingTime, utcTime(now)),
    attribute(messageDigest, der(0x04, createHash('sha256').update(content).digest())),
  ]
  // Signed as the SET that it stands for, written under the tag of its place (section 5.4).
  const signed = setOf(...attributes)
  const isEc = signerKey.asymmetricKeyType === 'ec'
  const signerInfo = sequence(
    version1,
    issuerAndSerial(own),
    sequence(derOid(sha256), nothing),
    Buffer.concat([Buffer.of(0xa0), signed.subarray(1)]),
    isEc ? sequence(derOid(ecdsaWithSha256)) : sequence(derOid(rsaEncryption), nothing),
    der(0x04, sign('sha256', signed, signerKey)),
  )
  const certificates = [own, ...chain.map((pem) => new X509Certificate(pem).raw)]
  const body = sequence(
    version1,
    setOf(sequence(derOid(sha256), nothing)),
    sequence(derOid(data)),
    der(0xa0, ...certificates.sort(Buffer.compare)),
    setOf(signerInfo),
  )
  return sequence(derOid(signedData), der(0xa0, body))
}

function attribute(oid: string, value: Buffer): Buffer {
  return sequence(derOid(oid), setOf(value))
}

/** RFC 5280, section 4.1: after the optional version stand serial number, algorithm and issuer. */
function issuerAndSerial(certificate: Buffer): Buffer {
  const [whole] = elementsOf(certificate)
  const [toBeSigned] = elementsOf(whole?.content)
  const [serial, , issuer] = elementsOf(toBeSigned?.content).filter(({ tag }) => tag !== 0xa0)
  if (!serial || !issuer) throw new Error('The certificate has no issuer.')
  return sequence(der(issuer.tag, issuer.content), der(serial.tag, serial.content))
}

/** RFC 5652, section 11.3: until 2049. */
function utcTime(date: Date): Buffer {
  return der(
    0x17,
    Buffer.from(
      date
        .toISOString()
        .replace(/[-:T]|\.\d+/g, '')
        .slice(2),
    ),
  )
}
