import { X509Certificate } from 'node:crypto'
import { Duplex } from 'node:stream'
import { createSecureContext, TLSSocket } from 'node:tls'
import type { Environment } from '@carillon/contract'
import { elementsOf, extensionOf } from '../der.ts'

export interface PushCertificate {
  /** The subject's UID, which Apple sets to the bundle id. */
  bundleId: string
  topics: string[]
  /** Empty when the certificate does not say. */
  environments: Environment[]
  expiresAt: Date
}

export interface UnusableCertificate {
  pointer: '/certificate' | '/passphrase'
  fault: string
}

const clientAuthentication = '1.3.6.1.5.5.7.3.2'
/** Apple's own certificate extensions. */
const developmentOid = '1.2.840.113635.100.6.3.1'
const productionOid = '1.2.840.113635.100.6.3.2'
const topicsOid = '1.2.840.113635.100.6.3.6'
const utf8StringTag = 0x0c

/** Opens a PKCS#12 file and reads the push certificate in it, or says why it is none. */
export function readPushCertificate(
  pkcs12: Buffer,
  passphrase: string,
): PushCertificate | UnusableCertificate {
  if (!isPkcs12(pkcs12)) {
    return unusable('This is no PKCS#12 file; give the .p12 file in base64, with nothing around it.')
  }
  const certificate = openPkcs12(pkcs12, passphrase)
  return certificate instanceof X509Certificate ? describe(certificate) : certificate
}

/**
 * RFC 7292, section 4: one SEQUENCE that fills the file and starts with version 3. Some tools write it with an
 * indefinite length, whose end only OpenSSL finds.
 */
function isPkcs12(bytes: Buffer): boolean {
  if (bytes.subarray(0, 5).equals(Buffer.of(0x30, 0x80, 0x02, 0x01, 0x03))) return true
  const [outer, ...more] = elementsOf(bytes)
  const [version] = elementsOf(outer?.content)
  return (
    more.length === 0 && outer?.tag === 0x30 && version?.tag === 0x02 && version.content.equals(Buffer.of(3))
  )
}

/** OpenSSL gives codes for some faults; what is left over for a well-formed file is the MAC, so the passphrase. */
function openPkcs12(pfx: Buffer, passphrase: string): X509Certificate | UnusableCertificate {
  try {
    return ownCertificate(pfx, passphrase)
  } catch (error) {
    switch (error instanceof Error && 'code' in error ? error.code : undefined) {
      case 'ERR_CRYPTO_UNSUPPORTED_OPERATION':
        return unusable(
          'The file is encrypted with RC2, which OpenSSL 3 no longer reads. Export it again from Keychain Access, ' +
            'or convert it: openssl pkcs12 -legacy -in old.p12 -nodes | openssl pkcs12 -export -out new.p12',
        )
      case 'ERR_CRYPTO_OPERATION_FAILED':
        return unusable('The file holds no certificate with its private key; export both together.')
      default:
        return { pointer: '/passphrase', fault: 'The passphrase does not open this file.' }
    }
  }
}

/** Node shows the certificate of a context only through a socket; this one is connected to nothing. */
function ownCertificate(pfx: Buffer, passphrase: string): X509Certificate | UnusableCertificate {
  const secureContext = createSecureContext({ pfx, passphrase })
  const nowhere = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  const socket = new TLSSocket(nowhere, { secureContext, isServer: true })
  try {
    const certificate = socket.getX509Certificate()
    return (
      certificate ?? unusable('The file holds no certificate with its private key; export both together.')
    )
  } finally {
    socket.destroy()
  }
}

function describe(certificate: X509Certificate): PushCertificate | UnusableCertificate {
  const bundleId = /^UID=(.+)$/m.exec(certificate.subject)?.[1]
  const isForClients = certificate.keyUsage?.includes(clientAuthentication) ?? false
  if (bundleId === undefined || !isForClients) {
    return unusable(
      `This is not a push certificate but one for "${nameOf(certificate)}"; ` +
        'take the one called "Apple Push Services" from the Apple developer site.',
    )
  }
  const environments: Environment[] = []
  if (extensionOf(certificate.raw, productionOid)) environments.push('production')
  if (extensionOf(certificate.raw, developmentOid)) environments.push('sandbox')
  const topics = new Set([bundleId, ...topicsOf(certificate)])
  return { bundleId, topics: [...topics], environments, expiresAt: certificate.validToDate }
}

/** A SEQUENCE of names, each followed by a SEQUENCE of what it is for. */
function topicsOf(certificate: X509Certificate): string[] {
  const [listed] = elementsOf(extensionOf(certificate.raw, topicsOid))
  return elementsOf(listed?.content)
    .filter(({ tag }) => tag === utf8StringTag)
    .map(({ content }) => content.toString())
}

function nameOf(certificate: X509Certificate): string {
  return /^CN=(.+)$/m.exec(certificate.subject)?.[1] ?? 'nobody'
}

function unusable(fault: string): UnusableCertificate {
  return { pointer: '/certificate', fault }
}
