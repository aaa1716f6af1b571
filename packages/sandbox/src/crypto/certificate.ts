import type { KeyObject } from 'node:crypto'
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
  sign,
} from 'node:crypto'
import {
  bits,
  context,
  contextPrimitive,
  integer,
  octets,
  oid,
  readElements,
  sequence,
  setOf,
  time,
  truth,
  utf8,
} from './der.ts'

export interface Certified {
  certificate: string
  key: string
}

export interface Extension {
  oid: string
  critical?: boolean
  value: Buffer
}

const DAY_MS = 86_400_000
const ECDSA_WITH_SHA256 = sequence(oid('1.2.840.10045.4.3.2'))
const COMMON_NAME = '2.5.4.3'
/** Where Apple writes the team. */
const UNIT = '2.5.4.11'
const USER_ID = '0.9.2342.19200300.100.1.1'
const AUTHORITY = [{ oid: COMMON_NAME, value: 'Carillon sandbox authority' }]

/** The authority behind every certificate of the sandbox; clients trust it and nothing else changes for them. */
export function makeAuthority(): Certified {
  const key = newKey()
  const extensions = [
    { oid: '2.5.29.19', critical: true, value: sequence(truth()) },
    { oid: '2.5.29.15', critical: true, value: bits(Buffer.from([0x06]), 1) },
  ]
  return {
    certificate: issue({ subject: AUTHORITY, key, issuerKey: key, extensions, days: 3650 }),
    key: pemOf(key),
  }
}

/** The certificate of all TLS listeners: `localhost` and both loopback addresses. */
export function makeServerCertificate(authority: Certified): Certified {
  const names = sequence(
    contextPrimitive(2, Buffer.from('localhost')),
    contextPrimitive(7, Buffer.from([127, 0, 0, 1])),
    contextPrimitive(7, Buffer.from([...new Array(15).fill(0), 1])),
  )
  const extensions = [
    { oid: '2.5.29.17', value: names },
    { oid: '2.5.29.37', value: sequence(oid('1.3.6.1.5.5.7.3.1')) },
  ]
  return issuedBy(authority, [{ oid: COMMON_NAME, value: 'localhost' }], extensions, 397)
}

/** A client certificate with these extensions; `userId` is where Apple writes the bundle id. */
export function makeClientCertificate(
  authority: Certified,
  subject: { commonName: string; userId: string; unit?: string },
  extensions: Extension[],
): Certified {
  const name = [
    { oid: USER_ID, value: subject.userId },
    { oid: COMMON_NAME, value: subject.commonName },
    ...(subject.unit === undefined ? [] : [{ oid: UNIT, value: subject.unit }]),
  ]
  const clientAuthentication = { oid: '2.5.29.37', value: sequence(oid('1.3.6.1.5.5.7.3.2')) }
  return issuedBy(authority, name, [clientAuthentication, ...extensions], 365)
}

/** The value of an extension, or undefined where the certificate has none of that kind. */
export function readExtension(certificate: Buffer, extensionOid: string): Buffer | undefined {
  const [whole] = readElements(certificate)
  const [tbs] = readElements(whole?.content ?? Buffer.alloc(0))
  const listed = readElements(tbs?.content ?? Buffer.alloc(0)).find((field) => field.tag === 0xa3)
  const [extensions] = readElements(listed?.content ?? Buffer.alloc(0))
  const wanted = oid(extensionOid).subarray(2)
  for (const extension of readElements(extensions?.content ?? Buffer.alloc(0))) {
    const parts = readElements(extension.content)
    if (parts[0]?.content.equals(wanted)) return parts.at(-1)?.content
  }
  return undefined
}

type Name = { oid: string; value: string }[]

function issuedBy(authority: Certified, subject: Name, extensions: Extension[], days: number): Certified {
  const key = newKey()
  const issuerKey = createPrivateKey(authority.key)
  return { certificate: issue({ subject, key, issuerKey, extensions, days }), key: pemOf(key) }
}

/** RFC 5280 section 4.1. Valid from an hour ago, so that a clock a little behind does not refuse it. */
function issue(wish: {
  subject: Name
  key: KeyObject
  issuerKey: KeyObject
  extensions: Extension[]
  days: number
}): string {
  const from = new Date(Date.now() - 3_600_000)
  const keyIds = [
    { oid: '2.5.29.14', value: octets(keyId(wish.key)) },
    { oid: '2.5.29.35', value: sequence(contextPrimitive(0, keyId(wish.issuerKey))) },
  ]
  const tbs = sequence(
    context(0, integer(2)),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    ECDSA_WITH_SHA256,
    nameOf(AUTHORITY),
    sequence(time(from), time(new Date(from.getTime() + wish.days * DAY_MS))),
    nameOf(wish.subject),
    publicDer(wish.key),
    context(3, sequence(...[...keyIds, ...wish.extensions].map(extensionOf))),
  )
  const signed = sequence(tbs, ECDSA_WITH_SHA256, bits(sign('sha256', tbs, wish.issuerKey)))
  const lines = signed.toString('base64').match(/.{1,64}/g) ?? []
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n')
}

const nameOf = (name: Name) =>
  sequence(...name.map((part) => setOf(sequence(oid(part.oid), utf8(part.value)))))

const extensionOf = (extension: Extension) =>
  sequence(oid(extension.oid), ...(extension.critical ? [truth()] : []), octets(extension.value))

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'prime256v1' }).privateKey
const pemOf = (key: KeyObject) => key.export({ type: 'pkcs8', format: 'pem' }) as string
const keyId = (key: KeyObject) => createHash('sha1').update(publicDer(key).subarray(-65)).digest()

/** The last 65 bytes of a P-256 SubjectPublicKeyInfo are the uncompressed point. */
const publicDer = (key: KeyObject) => createPublicKey(key).export({ type: 'spki', format: 'der' })
