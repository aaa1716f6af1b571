import type { PassField, PassFields, WalletOverrides } from '@carillon/contract'
import type { DeliveryOptions, Json, RenderedContent, Unbuildable, WirePayload } from '../channel.ts'
import { utf8Bytes } from '../utf8.ts'
import { limitBytes } from './limits.ts'

/**
 * What the pass says, as pass.json has it, without what identifies the pass. The images are ids under
 * `carillonImages`: Wallet never sees that member.
 */
export function buildWalletPayload(
  content: RenderedContent,
  _options: DeliveryOptions,
): WirePayload | Unbuildable {
  const { wallet } = content
  if (!wallet)
    return { unbuildable: 'not_applicable', detail: 'The message has no pass: give overrides.wallet.' }
  if (wallet.enabled === false)
    return { unbuildable: 'not_applicable', detail: 'wallet is switched off in this message.' }
  const fault = faultOf(wallet, content)
  if (fault !== null) return { unbuildable: 'render_error', detail: fault }
  const body = JSON.stringify(passContent(wallet, content))
  return { headers: {}, body, sizeBytes: utf8Bytes(body), limitBytes }
}

function faultOf(wallet: WalletOverrides, { title }: RenderedContent): string | null {
  if (!(wallet.description || title)) return 'A pass needs a description, or the content a title.'
  if (wallet.images?.icon === undefined) return 'A pass needs an icon: overrides.wallet.images.icon.'
  if (wallet.kind === 'boardingPass' && wallet.transit_type === undefined)
    return 'A boarding pass needs a transit_type.'
  for (const name of ['relevant_at', 'expires_at'] as const) {
    const time = wallet[name]
    // Empty is none: a template may leave it out for some people.
    if (time && !isTime(time)) return `${name} is no RFC 3339 time: ${time.slice(0, 60)}`
  }
  return null
}

/** Wallet takes no pass whose dates it cannot read. */
function isTime(text: string): boolean {
  return (
    /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(text) &&
    !Number.isNaN(Date.parse(text))
  )
}

/** Members that are undefined are left out by JSON; a text that came out empty is none, or Wallet takes no pass. */
function passContent(wallet: WalletOverrides, { title }: RenderedContent): Record<string, Json | undefined> {
  const kind = wallet.kind ?? 'generic'
  const { barcode } = wallet
  return {
    organizationName: wallet.organization_name || undefined,
    description: wallet.description || title,
    logoText: wallet.logo_text || undefined,
    backgroundColor: colorOf(wallet.background_color),
    foregroundColor: colorOf(wallet.foreground_color),
    labelColor: colorOf(wallet.label_color),
    [kind]: styleOf(wallet.fields ?? {}, kind === 'boardingPass' ? wallet.transit_type : undefined),
    barcodes: barcode?.message
      ? [
          {
            format: barcodes[barcode.format],
            message: barcode.message,
            // Apple: the encoding that most scanners read. What Latin-1 lacks needs the other.
            messageEncoding: /^[\0-\xff]*$/.test(barcode.message) ? 'iso-8859-1' : 'utf-8',
            ...(barcode.alt_text ? { altText: barcode.alt_text } : {}),
          },
        ]
      : undefined,
    relevantDate: wallet.relevant_at || undefined,
    // iOS 18 asks for a list, whose member was renamed in iOS 26.
    relevantDates: wallet.relevant_at
      ? [{ relevantDate: wallet.relevant_at, date: wallet.relevant_at }]
      : undefined,
    locations: wallet.locations?.map(({ latitude, longitude, relevant_text }) => ({
      latitude,
      longitude,
      ...(relevant_text ? { relevantText: relevant_text } : {}),
    })),
    expirationDate: wallet.expires_at || undefined,
    voided: wallet.voided,
    sharingProhibited: wallet.sharing_prohibited,
    carillonImages: wallet.images as Record<string, string>,
  }
}

const barcodes = {
  qr: 'PKBarcodeFormatQR',
  pdf417: 'PKBarcodeFormatPDF417',
  aztec: 'PKBarcodeFormatAztec',
  code128: 'PKBarcodeFormatCode128',
} as const

const transits = {
  air: 'PKTransitTypeAir',
  boat: 'PKTransitTypeBoat',
  bus: 'PKTransitTypeBus',
  generic: 'PKTransitTypeGeneric',
  train: 'PKTransitTypeTrain',
} as const

const alignments = {
  left: 'PKTextAlignmentLeft',
  center: 'PKTextAlignmentCenter',
  right: 'PKTextAlignmentRight',
  natural: 'PKTextAlignmentNatural',
} as const

function styleOf(
  { header = [], primary = [], secondary = [], auxiliary = [], back = [] }: PassFields,
  transit: WalletOverrides['transit_type'],
): Json {
  return {
    ...(transit ? { transitType: transits[transit] } : {}),
    headerFields: header.map(fieldOf),
    primaryFields: primary.map(fieldOf),
    secondaryFields: secondary.map(fieldOf),
    auxiliaryFields: auxiliary.map(fieldOf),
    backFields: back.map(fieldOf),
  }
}

function fieldOf({ key, label, value, change_message, text_alignment }: PassField): Record<string, Json> {
  return {
    key,
    value,
    ...(label === undefined ? {} : { label }),
    ...(change_message ? { changeMessage: change_message } : {}),
    ...(text_alignment === undefined ? {} : { textAlignment: alignments[text_alignment] }),
  }
}

/** Wallet writes colours as CSS does, `rgb(26, 43, 60)`. */
function colorOf(hex: string | undefined): string | undefined {
  const parts = hex?.match(/[0-9a-f]{2}/gi)?.map((part) => Number.parseInt(part, 16))
  return parts && `rgb(${parts.join(', ')})`
}
