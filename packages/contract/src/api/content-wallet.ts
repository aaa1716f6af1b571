import { z } from 'zod'
import { Id } from './shared.ts'

/** A Liquid template. */
const Text = z.string().max(20_000)

/** What Wallet calls a style; it decides where fields and images stand. */
export const passKinds = ['boardingPass', 'coupon', 'eventTicket', 'generic', 'storeCard'] as const
export type PassKind = (typeof passKinds)[number]

export const transitTypes = ['air', 'boat', 'bus', 'generic', 'train'] as const

export const barcodeFormats = ['qr', 'pdf417', 'aztec', 'code128'] as const

const imageNames = ['icon', 'logo', 'strip', 'thumbnail', 'background', 'footer'] as const
const scales = ['', '@2x', '@3x'] as const

/** Files of a pass as Wallet names them, without `.png`: `icon`, `icon@2x`, … */
export const passImageNames = imageNames.flatMap((name) => scales.map((scale) => `${name}${scale}` as const))
export type PassImageName = (typeof passImageNames)[number]

export const PassField = z.strictObject({
  /** Names the field within its pass; a change is noticed under the same key. */
  key: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/),
  label: Text.max(200).optional(),
  value: Text.min(1),
  /** What the lock screen says when the value changes; `%@` stands for the new value. Without it nothing is said. */
  change_message: Text.max(500)
    .refine((text) => text.includes('%@'), 'needs %@, which stands for the new value')
    .optional(),
  text_alignment: z.enum(['left', 'center', 'right', 'natural']).optional(),
})
export type PassField = z.infer<typeof PassField>

/** As many of each as Wallet shows on some kind of pass. */
const PassFields = z
  .strictObject({
    header: z.array(PassField).max(3).optional(),
    primary: z.array(PassField).max(2).optional(),
    secondary: z.array(PassField).max(4).optional(),
    auxiliary: z.array(PassField).max(5).optional(),
    back: z.array(PassField).max(20).optional(),
  })
  .superRefine((fields, context) => {
    const seen = new Set<string>()
    for (const [place, list] of Object.entries(fields)) {
      for (const [at, { key }] of (list ?? []).entries()) {
        if (seen.has(key))
          context.addIssue({
            code: 'custom',
            path: [place, at, 'key'],
            message: 'is the key of another field',
          })
        seen.add(key)
      }
    }
  })
export type PassFields = z.infer<typeof PassFields>

const Color = z.string().regex(/^#[0-9a-fA-F]{6}$/, 'is not a colour such as #1a2b3c')

/** A pass as its template describes it. Every text is Liquid. */
export const WalletOverrides = z.strictObject({
  enabled: z.boolean().optional(),
  /** Without one, `generic`. */
  kind: z.enum(passKinds).optional(),
  /** Of a boarding pass, which needs it. */
  transit_type: z.enum(transitTypes).optional(),
  /** Without one, the name of the app. */
  organization_name: Text.max(200).optional(),
  /** Read out by VoiceOver. Without one, the title of the content. */
  description: Text.max(500).optional(),
  logo_text: Text.max(200).optional(),
  background_color: Color.optional(),
  foreground_color: Color.optional(),
  label_color: Color.optional(),
  fields: PassFields.optional(),
  barcode: z
    .strictObject({
      format: z.enum(barcodeFormats),
      message: Text.min(1),
      alt_text: Text.max(500).optional(),
    })
    .optional(),
  /** Ids of uploaded images; `icon` is required. */
  images: z.partialRecord(z.enum(passImageNames as [PassImageName, ...PassImageName[]]), Id).optional(),
  /** RFC 3339: when the pass shows itself on the lock screen. */
  relevant_at: Text.max(500).optional(),
  /** Where it does; at most 10 places. */
  locations: z
    .array(
      z.strictObject({
        latitude: z.number().min(-90).max(90),
        longitude: z.number().min(-180).max(180),
        relevant_text: Text.max(500).optional(),
      }),
    )
    .max(10)
    .optional(),
  /** RFC 3339: from then on Wallet shows it as expired. */
  expires_at: Text.max(500).optional(),
  /** Shown as void, such as a coupon that was redeemed. */
  voided: z.boolean().optional(),
  sharing_prohibited: z.boolean().optional(),
})
export type WalletOverrides = z.infer<typeof WalletOverrides>
