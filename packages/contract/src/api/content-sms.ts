import { z } from 'zod'
import { Locale } from './shared.ts'

const Text = z.string().max(20_000)

/** The most segments that one message may have, unless it says less. */
export const mostSmsSegments = 10

export const SmsOverrides = z.strictObject({
  enabled: z.boolean().optional(),
  /** Without one, the body of the content. */
  body: Text.optional(),
  /** Another sender than the credential's: a number, a short code or a name of up to 11 characters that begins with a letter. */
  from: z
    .string()
    .regex(/^(\+?[0-9]{3,15}|[A-Za-z][A-Za-z0-9 _&.+-]{0,10})$/, 'is neither a number nor a sender name')
    .optional(),
  /** A text that takes more is not sent. */
  max_segments: z.number().int().min(1).max(mostSmsSegments).optional(),
  locales: z.record(Locale, z.strictObject({ body: Text.optional() })).optional(),
})
export type SmsOverrides = z.infer<typeof SmsOverrides>
