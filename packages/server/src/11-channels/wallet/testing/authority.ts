import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const passTypeId = 'pass.com.example.test'
export const teamId = 'TESTTEAM01'

export interface Issued {
  certificate: string
  key: string
}

/** Certificates by OpenSSL itself, so that none of our own code stands on both sides. */
export function openAuthority() {
  const directory = mkdtempSync(join(tmpdir(), 'carillon-wwdr-'))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'pipe' })
  const read = (name: string) => readFileSync(join(directory, name), 'utf8')
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '30',
    '-subj',
    '/CN=Test WWDR',
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
  )
  return {
    directory,
    openssl,
    wwdr: read('ca.pem'),
    /** A pass type certificate; `key` as OpenSSL's -newkey takes it. */
    issue: ({
      subject = `/UID=${passTypeId}/CN=Pass Type ID/OU=${teamId}/O=Test`,
      key = ['rsa:2048'],
      days = '30',
    } = {}): Issued => {
      writeFileSync(join(directory, 'no.ext'), 'extendedKeyUsage=clientAuth\n')
      openssl('req', '-newkey', ...key, '-nodes', '-subj', subject, '-keyout', 'pass.key', '-out', 'pass.csr')
      openssl(
        'x509',
        '-req',
        '-in',
        'pass.csr',
        '-CA',
        'ca.pem',
        '-CAkey',
        'ca.key',
        '-CAcreateserial',
        '-days',
        days,
        '-extfile',
        'no.ext',
        '-out',
        'pass.pem',
      )
      return { certificate: read('pass.pem'), key: read('pass.key') }
    },
    close: () => rmSync(directory, { recursive: true, force: true }),
  }
}
