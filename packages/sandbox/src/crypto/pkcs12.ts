import type { KeyObject } from 'node:crypto'
import { createHash, createHmac, randomBytes, X509Certificate } from 'node:crypto'
import { context, integer, nothing, octets, oid, sequence, setOf } from './der.ts'

const DATA = oid('1.2.840.113549.1.7.1')
const SHA256 = oid('2.16.840.1.101.3.4.2.1')
const SHROUDED_KEY_BAG = oid('1.2.840.113549.1.12.10.1.2')
const CERTIFICATE_BAG = oid('1.2.840.113549.1.12.10.1.3')
const X509_CERTIFICATE = oid('1.2.840.113549.1.9.22.1')
const LOCAL_KEY_ID = oid('1.2.840.113549.1.9.21')
const MAC_ITERATIONS = 2048

/**
 * A PKCS#12 file (RFC 7292) with one key and its certificate, the form in which Apple's push certificates
 * are exported: key under PBES2 with AES-256, whole file under an HMAC-SHA-256.
 */
export function writePkcs12(certificatePem: string, key: KeyObject, passphrase: string): Buffer {
  const certificate = new X509Certificate(certificatePem).raw
  const keyId = setOf(sequence(LOCAL_KEY_ID, setOf(octets(createHash('sha1').update(certificate).digest()))))
  const shrouded = key.export({ type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase })
  const certificateBag = sequence(X509_CERTIFICATE, context(0, octets(certificate)))
  const contents = sequence(
    dataContent(sequence(sequence(CERTIFICATE_BAG, context(0, certificateBag), keyId))),
    dataContent(sequence(sequence(SHROUDED_KEY_BAG, context(0, shrouded), keyId))),
  )
  return sequence(integer(3), dataContent(contents), macOf(contents, passphrase))
}

const dataContent = (content: Buffer) => sequence(DATA, context(0, octets(content)))

function macOf(contents: Buffer, passphrase: string): Buffer {
  const salt = randomBytes(8)
  const mac = createHmac('sha256', macKey(passphrase, salt)).update(contents).digest()
  return sequence(sequence(sequence(SHA256, nothing()), octets(mac)), octets(salt), integer(MAC_ITERATIONS))
}

/** RFC 7292 appendix B.2 for one SHA-256 output: u = 32, v = 64, id = 3 (a MAC key). */
function macKey(passphrase: string, salt: Buffer): Buffer {
  const password = Buffer.from(`${passphrase}\0`, 'utf16le').swap16()
  let key = Buffer.concat([Buffer.alloc(64, 3), fill64(salt), fill64(password)])
  for (let round = 0; round < MAC_ITERATIONS; round++) key = createHash('sha256').update(key).digest()
  return key
}

/** Repeated to the next multiple of 64 bytes. */
const fill64 = (bytes: Buffer) => Buffer.alloc(64 * Math.ceil(bytes.length / 64), bytes)
