import type { X509Certificate } from 'node:crypto'
import type { Certified } from '../crypto/certificate.ts'
import { makeClientCertificate, readExtension } from '../crypto/certificate.ts'
import { readElements, utf8 } from '../crypto/der.ts'

/** Apple's own extension on pass type certificates: the pass type once more. */
const PASS_TYPE = '1.2.840.113635.100.6.1.16'

/** All in PEM, as a person collects it from the developer site. */
export interface PassCertificate {
  pass_type_id: string
  team_id: string
  certificate: string
  key: string
  wwdr: string
}

export function makePassCertificate(
  authority: Certified,
  passTypeId: string,
  teamId: string,
): PassCertificate {
  const subject = { commonName: `Pass Type ID: ${passTypeId}`, userId: passTypeId, unit: teamId }
  const made = makeClientCertificate(authority, subject, [{ oid: PASS_TYPE, value: utf8(passTypeId) }])
  return { pass_type_id: passTypeId, team_id: teamId, ...made, wwdr: authority.certificate }
}

/** The pass type that a certificate (DER) is for; undefined for any other certificate. */
export function passTypeOf(certificate: Buffer): string | undefined {
  const [type] = readElements(readExtension(certificate, PASS_TYPE) ?? Buffer.alloc(0))
  return type?.content.toString()
}

/** Whom the subject names, as Wallet compares it with what pass.json says. */
export function subjectOf({ subject }: X509Certificate): { passTypeId?: string; teamId?: string } {
  const partOf = (name: string) => new RegExp(`^${name}=(.+)$`, 'm').exec(subject)?.[1]
  return { passTypeId: partOf('UID'), teamId: partOf('OU') }
}
