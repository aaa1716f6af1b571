import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import { expect, it } from 'vitest'
import { makeAuthority, makeClientCertificate, makeServerCertificate } from './certificate.ts'
import { writePkcs12 } from './pkcs12.ts'

const authority = makeAuthority()

it('OpenSSL opens the file with its passphrase and with no other', () => {
  const { certificate, key } = makeClientCertificate(
    authority,
    { commonName: 'x', userId: 'com.example' },
    [],
  )
  const pfx = writePkcs12(certificate, createPrivateKey(key), 'pässword')
  expect(() => createSecureContext({ pfx, passphrase: 'pässword' })).not.toThrow()
  expect(() => createSecureContext({ pfx, passphrase: 'password' })).toThrow(/mac verify failure/)
})

it('the certificates chain to the authority and name both loopback addresses', () => {
  const root = new X509Certificate(authority.certificate)
  const { certificate, key } = makeServerCertificate(authority)
  const server = new X509Certificate(certificate)
  expect(root.ca).toBe(true)
  expect(server.ca).toBe(false)
  expect(server.checkIssued(root)).toBe(true)
  expect(server.verify(root.publicKey)).toBe(true)
  expect(server.checkPrivateKey(createPrivateKey(key))).toBe(true)
  expect([server.checkHost('localhost'), server.checkIP('127.0.0.1'), server.checkIP('::1')]).not.toContain(
    undefined,
  )
  expect(server.verify(createPublicKey(createPrivateKey(key)))).toBe(false)
})
