import type { Certified } from '../crypto/certificate.ts'
import { makeClientCertificate, readExtension } from '../crypto/certificate.ts'
import { nothing, readElements, sequence, utf8 } from '../crypto/der.ts'
import { passTypeOf } from '../wallet/pass-certificate.ts'
import type { Environment } from '../words.ts'

/** Apple's own extensions on push certificates. */
const DEVELOPMENT = '1.2.840.113635.100.6.3.1'
const PRODUCTION = '1.2.840.113635.100.6.3.2'
const TOPICS = '1.2.840.113635.100.6.3.6'

/** A certificate for both environments and the topics Apple adds to every new one. */
export function makePushCertificate(authority: Certified, bundleId: string): Certified {
  const topics = [
    [bundleId, 'app'],
    [`${bundleId}.voip`, 'voip'],
    [`${bundleId}.complication`, 'complication'],
  ] as const
  const listed = topics.flatMap(([topic, use]) => [utf8(topic), sequence(utf8(use))])
  return makeClientCertificate(
    authority,
    { commonName: `Apple Push Services: ${bundleId}`, userId: bundleId },
    [
      { oid: DEVELOPMENT, value: nothing() },
      { oid: PRODUCTION, value: nothing() },
      { oid: TOPICS, value: sequence(...listed) },
    ],
  )
}

export interface PushCertificate {
  topics: string[]
  environments: Environment[]
}

/** What a client certificate (DER) allows; no topics where it is no push certificate. */
export function readPushCertificate(certificate: Buffer): PushCertificate {
  const passType = passTypeOf(certificate)
  // Passes are updated through production alone, under their type.
  if (passType !== undefined) return { topics: [passType], environments: ['production'] }
  const [listed] = readElements(readExtension(certificate, TOPICS) ?? Buffer.alloc(0))
  const topics = readElements(listed?.content ?? Buffer.alloc(0)).filter(({ tag }) => tag === 0x0c)
  const environments: Environment[] = []
  if (readExtension(certificate, PRODUCTION)) environments.push('production')
  if (readExtension(certificate, DEVELOPMENT)) environments.push('sandbox')
  return { topics: topics.map(({ content }) => content.toString()), environments }
}
