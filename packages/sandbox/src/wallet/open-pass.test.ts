import { execFileSync } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Certified } from '../crypto/certificate.ts'
import { makeAuthority } from '../crypto/certificate.ts'
import { openPass } from './open-pass.ts'
import { makePassCertificate, type PassCertificate } from './pass-certificate.ts'

let directory: string
let authority: Certified
let issued: PassCertificate
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'carillon-open-pass-'))
  authority = makeAuthority()
  issued = makePassCertificate(authority, 'pass.com.example.a', 'SANDBOXTM1')
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const good = {
  formatVersion: 1,
  serialNumber: 's1',
  passTypeIdentifier: 'pass.com.example.a',
  teamIdentifier: 'SANDBOXTM1',
  organizationName: 'Bells',
  description: 'A card',
  webServiceURL: 'http://127.0.0.1:1/wallet/',
  authenticationToken: '0123456789abcdef',
  generic: { primaryFields: [{ key: 'a', label: 'A', value: 5 }] },
}

/** Signed by OpenSSL, so that this is a second opinion on what reads it. */
function signed(manifest: Buffer, { certificate, key, wwdr } = issued, digest = 'sha256'): Buffer {
  const at = (name: string) => join(directory, name)
  for (const [name, text] of Object.entries({ certificate, key, wwdr, manifest }))
    writeFileSync(at(name), text)
  const files = [
    '-in',
    at('manifest'),
    '-signer',
    at('certificate'),
    '-inkey',
    at('key'),
    '-certfile',
    at('wwdr'),
  ]
  execFileSync('openssl', [
    'cms',
    '-sign',
    '-binary',
    '-outform',
    'DER',
    '-md',
    digest,
    ...files,
    '-out',
    at('signature'),
  ])
  return readFileSync(at('signature'))
}

interface Wish {
  json?: Record<string, unknown>
  manifest?: (manifest: Record<string, string>) => void
  files?: (files: Map<string, Buffer>) => void
  sign?: (manifest: Buffer) => Buffer
}

function pack({ json = good, manifest = () => {}, files = () => {}, sign = signed }: Wish = {}): Buffer {
  const all = new Map<string, Buffer>([
    ['pass.json', Buffer.from(JSON.stringify(json))],
    ['icon.png', Buffer.from('an image')],
  ])
  const digests = [...all].map(([name, bytes]) => [name, createHash('sha1').update(bytes).digest('hex')])
  const listed: Record<string, string> = Object.fromEntries(digests)
  manifest(listed)
  const text = Buffer.from(JSON.stringify(listed))
  all.set('manifest.json', text)
  all.set('signature', sign(text))
  files(all)
  return zip(all)
}

/** Stored entries, no extras: PKWARE APPNOTE, sections 4.3.7, 4.3.12 and 4.3.16. */
function zip(files: Map<string, Buffer>): Buffer {
  const [local, central]: [Buffer[], Buffer[]] = [[], []]
  let offset = 0
  for (const [name, bytes] of files) {
    const shared = Buffer.alloc(26)
    shared.writeUInt16LE(20, 0)
    shared.writeUInt32LE(crc32(bytes), 10)
    shared.writeUInt32LE(bytes.length, 14)
    shared.writeUInt32LE(bytes.length, 18)
    shared.writeUInt16LE(name.length, 22)
    const entry = Buffer.concat([Buffer.from('PK\x03\x04'), shared, Buffer.from(name), bytes])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), shared, tail, Buffer.from(name)]))
    local.push(entry)
    offset += entry.length
  }
  const list = Buffer.concat(central)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(files.size, 4)
  end.writeUInt16LE(files.size, 6)
  end.writeUInt32LE(list.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...local, list, Buffer.from('PK\x05\x06'), end])
}

const open = (wish?: Wish) => openPass(pack(wish), new X509Certificate(authority.certificate))

it('opens a pass that OpenSSL has signed', () => {
  expect(open()).toMatchObject({
    serial: 's1',
    passTypeId: 'pass.com.example.a',
    kind: 'generic',
    webServiceUrl: 'http://127.0.0.1:1/wallet',
    fields: { primaryFields: [{ key: 'a', label: 'A', value: '5' }] },
  })
})

const other = () => makePassCertificate(authority, 'pass.com.example.other', 'SANDBOXTM1')
const stranger = () => makePassCertificate(makeAuthority(), 'pass.com.example.a', 'SANDBOXTM1')
const { description: _, ...undescribed } = good

it.each<[string, Wish, string]>([
  [
    'a file that is not listed',
    { files: (files) => files.set('more.png', Buffer.from('x')) },
    'not in the manifest',
  ],
  [
    'a file that was changed',
    { files: (files) => files.set('icon.png', Buffer.from('x')) },
    'not what the manifest',
  ],
  ['a file that is missing', { files: (files) => files.delete('icon.png') }, 'which is not there'],
  ['no signature', { files: (files) => files.delete('signature') }, 'has no signature'],
  ['a manifest that was changed', { sign: () => signed(Buffer.from('{}')) }, 'changed after it was signed'],
  [
    'bytes that are no signature',
    { sign: () => Buffer.from('30030101', 'hex') },
    'cannot be read|does not bring|not detached',
  ],
  ['a digest of SHA-1', { sign: (manifest) => signed(manifest, issued, 'sha1') }, 'not over SHA-256'],
  ['another pass type', { sign: (manifest) => signed(manifest, other()) }, 'not that of the certificate'],
  ['another authority', { sign: (manifest) => signed(manifest, stranger()) }, 'vouches for'],
  ['another team', { json: { ...good, teamIdentifier: 'OTHERTEAM1' } }, 'teamIdentifier'],
  ['a short token', { json: { ...good, authenticationToken: 'short' } }, '16 characters'],
  ['no description', { json: undescribed }, 'no description'],
  ['two kinds', { json: { ...good, coupon: {} } }, 'exactly one of'],
  [
    'a field twice',
    {
      json: {
        ...good,
        generic: {
          backFields: [
            { key: 'a', value: 1 },
            { key: 'a', value: 2 },
          ],
        },
      },
    },
    'key of its own',
  ],
  ['a boarding pass of no kind', { json: { ...good, generic: undefined, boardingPass: {} } }, 'transitType'],
])('refuses %s', (_name, wish, sentence) => {
  expect(() => open(wish)).toThrow(new RegExp(sentence))
})

it('refuses an archive that is cut anywhere', () => {
  const whole = pack()
  for (const length of [0, 1, 100, whole.length - 30, whole.length - 1])
    expect(() => openPass(whole.subarray(0, length), new X509Certificate(authority.certificate))).toThrow(
      /pass/,
    )
})
