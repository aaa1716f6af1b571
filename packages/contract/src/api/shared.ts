import { z } from 'zod'

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Any JSON. Bodies come from JSON text, so there is nothing left to check. */
export const JsonValue = z.unknown() as z.ZodType<Json>

/** Opaque to clients; a UUID today. */
export const Id = z.uuid()

/** RFC 3339 with a zone; in UTC within the years that RFC 3339 can write, whatever the zone. */
export const Time = z.iso.datetime({ offset: true }).refine(isWritable, 'is not within the years 1 to 9999')

export const Name = z.string().trim().min(1).max(255)

/** An IANA zone name that this server's ICU knows. */
export const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, 'is not an IANA time zone such as Europe/Berlin')

/** A BCP 47 language tag. */
export const Locale = z
  .string()
  .max(35)
  .regex(/^[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8})*$/, 'is not a language tag such as de or pt-BR')

export const IdParams = z.strictObject({ id: Id })

export const PageQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(500).optional(),
})

/** A page: `next_cursor` is null at the end. Cursors are stable under inserts. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    data: z.array(item),
    page: z.object({ next_cursor: z.string().nullable(), has_more: z.boolean(), limit: z.number() }),
  })
}

export const Empty = z.strictObject({})

function isWritable(time: string): boolean {
  const year = new Date(time).getUTCFullYear()
  return year >= 1 && year <= 9_999
}

function isTimeZone(zone: string): boolean {
  // Intl also takes offsets such as +05:30, which SQL would read with the sign the other way round.
  if (!/^[A-Za-z]/.test(zone)) return false
  if (knownZones.has(zone)) return true
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
  } catch {
    return false
  }
  if (knownZones.size < 10_000) knownZones.add(zone)
  return true
}

/** Asking Intl takes 40 microseconds, much in an import of a million people. Some 600 names, in any case of letters. */
const knownZones = new Set<string>()
