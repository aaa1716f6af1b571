import { execFile } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { promisify } from 'node:util'

export interface Certificate {
  cert: string
  key: string
  /** SHA-256 of the public key, in base64: the name by which Chromium is told to trust it. */
  spkiHash: string
}

/** A self-signed certificate for these host names, good for a day. */
export async function createCertificate(hosts: readonly string[]): Promise<Certificate> {
  const names = hosts.map((host) => `DNS:${host}`).join(',')
  const { stdout } = await promisify(execFile)('openssl', [
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'],
    ...['-subj', '/CN=Carillon browser tests', '-addext', `subjectAltName=${names}`],
    ...['-keyout', '-', '-out', '-'],
  ])
  const [key = '', cert = ''] = stdout.match(/-----BEGIN [\s\S]+?-----END [A-Z ]+-----\n/g) ?? []
  const spki = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' })
  return { cert, key, spkiHash: createHash('sha256').update(spki).digest('base64') }
}
