import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { WalletOverrides } from '@carillon/contract'
import fc from 'fast-check'
import { PKPass } from 'passkit-generator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Json } from '../channel.ts'
import { delivery, rendered } from '../testing/lane-options.ts'
import { parseWalletCredential, type WalletKeys } from './credential.ts'
import { passJson } from './pass-json.ts'
import { buildWalletPayload } from './payload.ts'
import { signPass } from './pkpass.ts'
import { openAuthority, passTypeId, teamId } from './testing/authority.ts'
import { unzip } from './testing/unzip.ts'

let authority: ReturnType<typeof openAuthority>
beforeAll(() => {
  authority = openAuthority()
})
afterAll(() => authority?.close())

const now = new Date('2026-05-01T12:00:00Z')
const icon = Buffer.from('an image')
const identity = {
  serial: 'serial-1',
  passTypeId,
  teamId,
  webServiceUrl: 'https://example.com/wallet',
  authenticationToken: 'a-token-of-sixteen-or-more',
  organizationName: 'Bells',
}

const keysOf = async (issued: { certificate: string; key: string }): Promise<WalletKeys> => {
  const { wwdr } = authority
  return (await parseWalletCredential({ pass_type_id: passTypeId, team_id: teamId, ...issued, wwdr }))
    .credential
}

function contentOf(): Record<string, Json> {
  const wire = buildWalletPayload(
    rendered({ title: 'Gold card', wallet: { kind: 'storeCard', images: { icon: 'id' } } }),
    delivery(),
  )
  if ('unbuildable' in wire) throw new Error(wire.detail)
  const { carillonImages: _, ...content } = JSON.parse(wire.body)
  return content
}

const sign = async (keys: WalletKeys) =>
  unzip(
    await signPass(
      keys,
      { passJson: passJson(contentOf(), identity), images: new Map([['icon', icon]]) },
      now,
    ),
  )

const save = (name: string, bytes: Buffer) => writeFileSync(join(authority.directory, name), bytes)

/** What OpenSSL says of the signature over this manifest. */
function verify(
  tool: 'smime' | 'cms',
  files: Map<string, Buffer>,
  manifest = files.get('manifest.json'),
): string {
  save('signature', files.get('signature') as Buffer)
  save('manifest.json', manifest as Buffer)
  try {
    const arguments_ = [
      '-verify',
      '-inform',
      'DER',
      '-in',
      'signature',
      '-content',
      'manifest.json',
      '-binary',
    ]
    authority.openssl(tool, ...arguments_, '-CAfile', 'ca.pem', '-purpose', 'any', '-out', '/dev/null')
    return 'ok'
  } catch (error) {
    return String((error as { stderr: Buffer }).stderr)
  }
}

test('every file is in the manifest under its digest, and nothing else is', async () => {
  const files = await sign(await keysOf(authority.issue()))
  expect([...files.keys()].sort()).toEqual(['icon.png', 'manifest.json', 'pass.json', 'signature'])
  const manifest = JSON.parse(String(files.get('manifest.json')))
  const digest = (name: string) =>
    createHash('sha1')
      .update(files.get(name) as Buffer)
      .digest('hex')
  expect(manifest).toEqual({ 'pass.json': digest('pass.json'), 'icon.png': digest('icon.png') })
  expect(JSON.parse(String(files.get('pass.json')))).toMatchObject({
    formatVersion: 1,
    serialNumber: 'serial-1',
    passTypeIdentifier: passTypeId,
    teamIdentifier: teamId,
    webServiceURL: 'https://example.com/wallet',
    authenticationToken: 'a-token-of-sixteen-or-more',
    organizationName: 'Bells',
    description: 'Gold card',
    storeCard: { primaryFields: [] },
  })
})

test.each([
  ['RSA', ['rsa:2048']],
  ['P-256', ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1']],
])('OpenSSL verifies the signature of a key on %s, and sees one byte more', async (_name, key) => {
  const files = await sign(await keysOf(authority.issue({ key })))
  expect([verify('smime', files), verify('cms', files)]).toEqual(['ok', 'ok'])
  const manifest = files.get('manifest.json') as Buffer
  const tampered = Buffer.concat([manifest, Buffer.from(' ')])
  expect(verify('smime', files, tampered)).toContain('digest failure')
  expect(verify('cms', files, tampered)).toMatch(/digest|verif/i)
})

test('the signature is detached, over SHA-256, with its time and both certificates', async () => {
  const files = await sign(await keysOf(authority.issue()))
  save('signature', files.get('signature') as Buffer)
  const shown = String(authority.openssl('cms', '-cmsout', '-print', '-inform', 'DER', '-in', 'signature'))
  expect(shown).toContain('eContent: <ABSENT>')
  expect(shown).toMatch(/digestAlgorithm:\s+algorithm: sha256/)
  expect(shown).not.toContain('sha1 (')
  expect(shown).toContain('May  1 12:00:00 2026 GMT')
  expect(shown.match(/d\.certificate:/g)).toHaveLength(2)
})

test('everything that a pass can say is what the library knows of pass.json', async () => {
  const keys = await keysOf(authority.issue())
  const field = (key: string) => ({
    key,
    label: 'L',
    value: 'V',
    change_message: '%@',
    text_alignment: 'left' as const,
  })
  const wire = buildWalletPayload(
    rendered({
      title: 'All',
      wallet: {
        kind: 'boardingPass',
        transit_type: 'air',
        organization_name: 'Rail',
        logo_text: 'Rail',
        background_color: '#0a0b0c',
        foreground_color: '#ffffff',
        label_color: '#ff0000',
        fields: {
          header: [field('a')],
          primary: [field('b')],
          secondary: [field('c')],
          auxiliary: [field('d')],
          back: [field('e')],
        },
        barcode: { format: 'code128', message: 'A-7', alt_text: 'A-7' },
        images: { icon: 'id' },
        relevant_at: '2026-05-01T18:00:00+02:00',
        expires_at: '2026-05-02T00:00:00Z',
        locations: [{ latitude: 47.07, longitude: 15.43, relevant_text: 'Near' }],
        voided: true,
        sharing_prohibited: true,
      },
    }),
    delivery(),
  )
  if ('unbuildable' in wire) throw new Error(wire.detail)
  const { carillonImages: _, ...content } = JSON.parse(wire.body)
  const { 'pass.json': all } = Object.fromEntries(
    unzip(
      await signPass(keys, { passJson: passJson(content, identity), images: new Map([['icon', icon]]) }, now),
    ),
  )
  expect(JSON.parse(String(all))).toMatchObject(content)
  // Nothing was dropped without a word: the library warns of fields that it does not take.
  const read = new PKPass({ 'pass.json': all as Buffer })
  expect(read.headerFields).toHaveLength(1)
  expect(read.props).toMatchObject({
    voided: true,
    sharingProhibited: true,
  })
})

test('texts that came out empty leave a pass that Wallet takes', async () => {
  const keys = await keysOf(authority.issue())
  const wire = buildWalletPayload(
    rendered({
      title: 'Card',
      wallet: {
        organization_name: '',
        description: '',
        logo_text: '',
        fields: { primary: [{ key: 'a', label: '', value: '', change_message: '' }] },
        barcode: { format: 'qr', message: '', alt_text: '' },
        images: { icon: 'id' },
        relevant_at: '',
        expires_at: '2026-05-02T00:00Z',
        locations: [{ latitude: 0, longitude: 0, relevant_text: '' }],
      },
    }),
    delivery(),
  )
  if ('unbuildable' in wire) throw new Error(wire.detail)
  const { carillonImages: _, ...content } = JSON.parse(wire.body)
  for (const address of [
    'https://push.example.com',
    'http://localhost:8080',
    'http://[::1]:8080',
    'https://a.b.example:8443/x',
  ]) {
    const json = passJson(content, { ...identity, webServiceUrl: `${address}/wallet` })
    const files = unzip(await signPass(keys, { passJson: json, images: new Map([['icon', icon]]) }, now))
    expect(JSON.parse(String(files.get('pass.json')))).toMatchObject({
      organizationName: 'Bells',
      description: 'Card',
    })
  }
})

test('whatever a template renders to, what is built can be signed', async () => {
  const keys = await keysOf(authority.issue({ key: ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'] }))
  const text = fc.oneof(
    fc.constantFrom('', ' ', '%@', '2026-05-01T00:00:00Z'),
    fc.string({ unit: 'grapheme' }),
  )
  const field = fc.record({ value: text, label: text, change_message: text }, { requiredKeys: ['value'] })
  const wallet = fc.record(
    {
      images: fc.constant({ icon: 'id' }),
      kind: fc.constantFrom('coupon', 'eventTicket', 'generic', 'storeCard'),
      organization_name: text,
      description: text,
      logo_text: text,
      primary: field,
      barcode: fc.record({ format: fc.constantFrom('qr', 'aztec'), message: text, alt_text: text }),
      relevant_at: text,
      expires_at: fc.oneof(
        text,
        fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
      ),
      locations: fc.array(
        fc.record({ latitude: fc.constant(-90), longitude: fc.constant(180), relevant_text: text }),
      ),
    },
    { requiredKeys: ['images'] },
  )
  await fc.assert(
    fc.asyncProperty(wallet, async ({ primary, ...rest }) => {
      const fields = primary && { primary: [{ key: 'a', ...primary }] }
      const wire = buildWalletPayload(
        rendered({ title: 'T', wallet: { ...rest, fields } as WalletOverrides }),
        delivery(),
      )
      if ('unbuildable' in wire) return
      const { carillonImages: _, ...content } = JSON.parse(wire.body)
      await signPass(keys, { passJson: passJson(content, identity), images: new Map([['icon', icon]]) }, now)
    }),
    { numRuns: 200 },
  )
})

test('a pass.json that Wallet would refuse is not signed', async () => {
  const keys = await keysOf(authority.issue())
  const signed = (json: Record<string, Json>) => signPass(keys, { passJson: json, images: new Map() }, now)
  await expect(signed({ ...passJson(contentOf(), identity), description: '' })).rejects.toThrow()
  await expect(signed({ ...passJson(contentOf(), identity), expirationDate: 'tomorrow' })).rejects.toThrow()
})
