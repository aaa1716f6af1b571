import { createHash, verify, X509Certificate } from 'node:crypto'
import { der, type Element, oid, readElements } from '../crypto/der.ts'
import { Problem } from '../problem.ts'

const MESSAGE_DIGEST = oid('1.2.840.113549.1.9.4').subarray(2)
const SIGNING_TIME = oid('1.2.840.113549.1.9.5').subarray(2)
const SHA256 = oid('2.16.840.1.101.3.4.2.1').subarray(2)

/**
 * Who signed these bytes: a detached CMS signature (RFC 5652) with SHA-256 by a certificate that the authority
 * issued. Throws the Problem that says what is wrong with it.
 */
export function checkSignature(
  signature: Buffer,
  content: Buffer,
  authority: X509Certificate,
): X509Certificate {
  const { certificates, signer } = partsOf(signature)
  const [, issuerAndSerial, digestAlgorithm, attributes, , value] = signer
  if (!issuerAndSerial || !digestAlgorithm || !attributes || !value) throw broken()
  if (!readElements(digestAlgorithm.content)[0]?.content.equals(SHA256))
    throw new Problem(422, 'The signature of the pass is not over SHA-256.')
  const certificate = certificates.find((each) => isNamed(each, issuerAndSerial))
  if (!certificate)
    throw new Problem(422, "The signature of the pass does not bring its signer's certificate.")
  checkAttributes(attributes, content)
  // Signed as the SET that it is, written under another tag (section 5.4).
  if (!verify('sha256', der(0x31, attributes.content), certificate.publicKey, value.content))
    throw new Problem(422, 'The signature of the pass is not of its signer.')
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey))
    throw new Problem(422, 'The signer of the pass is not one whom the authority vouches for.')
  if (certificate.validToDate.getTime() <= Date.now())
    throw new Problem(422, "The signer's certificate has expired.")
  return certificate
}

const broken = () => new Problem(422, 'The signature of the pass cannot be read.')

function partsOf(signature: Buffer): { certificates: X509Certificate[]; signer: Element[] } {
  try {
    const [contentInfo] = readElements(signature)
    const [, wrapped] = readElements(contentInfo?.content ?? Buffer.alloc(0))
    const [signedData] = readElements(wrapped?.content ?? Buffer.alloc(0))
    const parts = readElements(signedData?.content ?? Buffer.alloc(0))
    const given = parts.find(({ tag }) => tag === 0xa0)
    const [signer] = readElements(parts.at(-1)?.content ?? Buffer.alloc(0))
    if (readElements(parts[2]?.content ?? Buffer.alloc(0)).length !== 1)
      throw new Problem(422, 'The signature of the pass is not detached.')
    const certificates = readElements(given?.content ?? Buffer.alloc(0)).map(
      ({ tag, content }) => new X509Certificate(der(tag, content)),
    )
    return { certificates, signer: readElements(signer?.content ?? Buffer.alloc(0)) }
  } catch (error) {
    throw error instanceof Problem ? error : broken()
  }
}

/** RFC 5280 section 4.1: after the version stand serial number, algorithm and issuer. */
function isNamed({ raw }: X509Certificate, { content }: Element): boolean {
  const [whole] = readElements(raw)
  const [toBeSigned] = readElements(whole?.content ?? Buffer.alloc(0))
  const [serial, , issuer] = readElements(toBeSigned?.content ?? Buffer.alloc(0)).filter(
    ({ tag }) => tag !== 0xa0,
  )
  const [namedIssuer, namedSerial] = readElements(content)
  if (!serial || !issuer || !namedIssuer || !namedSerial) return false
  return namedIssuer.content.equals(issuer.content) && namedSerial.content.equals(serial.content)
}

function checkAttributes({ content }: Element, signed: Buffer): void {
  const attributes = readElements(content).map((attribute) => readElements(attribute.content))
  const attributeOf = (name: Buffer) => {
    const found = attributes.find(([type]) => type?.content.equals(name))
    return readElements(found?.[1]?.content ?? Buffer.alloc(0))[0]?.content
  }
  if (!attributeOf(SIGNING_TIME))
    throw new Problem(422, 'The signature of the pass does not say when it was made.')
  if (!attributeOf(MESSAGE_DIGEST)?.equals(createHash('sha256').update(signed).digest()))
    throw new Problem(422, 'The manifest of the pass was changed after it was signed.')
}
