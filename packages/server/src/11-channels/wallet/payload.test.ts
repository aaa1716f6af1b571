import type { WalletOverrides } from '@carillon/contract'
import { expect, test } from 'vitest'
import { delivery, rendered } from '../testing/lane-options.ts'
import { buildWalletPayload } from './payload.ts'

const images = { icon: '0197a000-0000-7000-8000-000000000001' }

function build(wallet: WalletOverrides | undefined, title: string | undefined = 'Card') {
  const wire = buildWalletPayload(rendered({ title, wallet }), delivery())
  return 'unbuildable' in wire ? wire : JSON.parse(wire.body)
}

test('writes what a pass says as pass.json has it', () => {
  const pass = build({
    kind: 'boardingPass',
    transit_type: 'train',
    organization_name: 'Rail',
    logo_text: 'Rail',
    background_color: '#0a0B0c',
    foreground_color: '#ffffff',
    label_color: '#FF0000',
    fields: {
      header: [{ key: 'gate', label: 'Gate', value: '7', change_message: 'Gate %@' }],
      primary: [{ key: 'from', value: 'Graz', text_alignment: 'right' }],
    },
    barcode: { format: 'pdf417', message: 'A-7', alt_text: 'A-7' },
    images,
    relevant_at: '2026-05-01T18:00:00+02:00',
    expires_at: '2026-05-02T00:00:00Z',
    locations: [{ latitude: 47.07, longitude: 15.43, relevant_text: 'Near the station' }],
    voided: true,
    sharing_prohibited: true,
  })
  expect(pass).toEqual({
    organizationName: 'Rail',
    description: 'Card',
    logoText: 'Rail',
    backgroundColor: 'rgb(10, 11, 12)',
    foregroundColor: 'rgb(255, 255, 255)',
    labelColor: 'rgb(255, 0, 0)',
    boardingPass: {
      transitType: 'PKTransitTypeTrain',
      headerFields: [{ key: 'gate', label: 'Gate', value: '7', changeMessage: 'Gate %@' }],
      primaryFields: [{ key: 'from', value: 'Graz', textAlignment: 'PKTextAlignmentRight' }],
      secondaryFields: [],
      auxiliaryFields: [],
      backFields: [],
    },
    barcodes: [
      { format: 'PKBarcodeFormatPDF417', message: 'A-7', messageEncoding: 'iso-8859-1', altText: 'A-7' },
    ],
    relevantDate: '2026-05-01T18:00:00+02:00',
    relevantDates: [{ relevantDate: '2026-05-01T18:00:00+02:00', date: '2026-05-01T18:00:00+02:00' }],
    locations: [{ latitude: 47.07, longitude: 15.43, relevantText: 'Near the station' }],
    expirationDate: '2026-05-02T00:00:00Z',
    voided: true,
    sharingProhibited: true,
    carillonImages: images,
  })
})

test('a pass of no kind is generic, and its description stands before the title', () => {
  expect(build({ images, description: 'A pass' })).toMatchObject({ description: 'A pass', generic: {} })
})

test('a barcode that Latin-1 cannot write is UTF-8', () => {
  const encodingOf = (message: string) =>
    build({ images, barcode: { format: 'qr', message } }).barcodes[0].messageEncoding
  expect([encodingOf('Größe'), encodingOf('Größe 🔔')]).toEqual(['iso-8859-1', 'utf-8'])
})

test('a date that came out empty is none', () => {
  const pass = build({ images, expires_at: '', relevant_at: '' })
  expect([pass.expirationDate, pass.relevantDate, pass.relevantDates]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
})

test('the body is the size that counts, in UTF-8', () => {
  const wire = buildWalletPayload(rendered({ title: 'Größe 🔔', wallet: { images } }), delivery())
  if ('unbuildable' in wire) throw new Error(wire.detail)
  expect(wire.sizeBytes).toBe(Buffer.byteLength(wire.body))
})

test.each([
  ['not_applicable', undefined],
  ['not_applicable', { enabled: false, images }],
  ['render_error', {}],
  ['render_error', { images: { logo: images.icon } }],
  ['render_error', { images, kind: 'boardingPass' }],
  ['render_error', { images, expires_at: 'tomorrow' }],
  ['render_error', { images, expires_at: '2026-13-01T00:00:00Z' }],
  ['render_error', { images, relevant_at: '2026-05-01' }],
] as const)('%s: %j', (unbuildable, wallet) => {
  expect(build(wallet as WalletOverrides | undefined)).toMatchObject({ unbuildable })
})

test('nothing to call it is refused', () => {
  expect(buildWalletPayload(rendered({ title: undefined, wallet: { images } }), delivery())).toMatchObject({
    unbuildable: 'render_error',
  })
})
