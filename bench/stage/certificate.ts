import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { programPath } from './programs.ts'

/** Loopback, and the provider names under which some peers insist to connect. */
const names = [
  'DNS:localhost',
  'IP:127.0.0.1',
  'DNS:api.push.apple.com',
  'DNS:fcm.googleapis.com',
  'DNS:oauth2.googleapis.com',
  'DNS:updates.push.services.mozilla.com',
]

export interface Certificate {
  keyFile: string
  certificateFile: string
}

/** A certificate of a day for the sink, which every sender is told to trust. */
export function makeCertificate(directory: string): Certificate {
  const [keyFile, certificateFile] = [join(directory, 'sink-key.pem'), join(directory, 'sink.pem')]
  execFileSync(
    programPath('openssl'),
    ['req', '-x509', '-nodes', '-days', '1', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'].concat(
      ['-subj', '/CN=localhost', '-addext', `subjectAltName=${names.join(',')}`],
      ['-keyout', keyFile, '-out', certificateFile],
    ),
    { stdio: 'ignore' },
  )
  return { keyFile, certificateFile }
}
