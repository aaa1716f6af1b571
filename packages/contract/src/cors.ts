import { z } from 'zod'

/** One entry of the list of sites, such as `*.google.com` or `https://shop.example.com:8443`, taken apart. */
export interface CorsDomain {
  /** Null stands for every origin. In lower case, as browsers write it (Punycode). */
  host: string | null
  /** The entry began with `*.`: whole labels before the host, one or more. */
  isWildcard: boolean
  /** Null where the entry names none, and then any will do; the same for the port. */
  scheme: string | null
  port: number | null
}

const shape = /^(?:([a-z][a-z0-9+.-]*):\/\/)?(\*\.)?(\[[0-9a-f:.]+\]|[^\s/?#@:*,[\]\\%]+)(?::(\d{1,5}))?$/i

/** Null when the text is no entry. */
export function parseCorsDomain(text: string): CorsDomain | null {
  if (text === '*') return { host: null, isWildcard: false, scheme: null, port: null }
  const [, scheme, wildcard, name = '', digits] = shape.exec(text) ?? []
  const host = canonicalHost(name)
  const port = digits === undefined ? null : Number(digits)
  if (host === null || (port !== null && (port < 1 || port > 65_535))) return null
  return { host, isWildcard: wildcard !== undefined, scheme: scheme?.toLowerCase() ?? null, port }
}

function canonicalHost(name: string): string | null {
  if (name.split('.').includes('')) return null
  try {
    return new URL(`http://${name}`).hostname
  } catch {
    return null
  }
}

const notADomain =
  'is no host such as www.example.com, *.example.com or *; a scheme before it and a port after it may be named, a path may not'

/** A comma list or an array; spaces around an entry do not matter. */
const CorsDomains = z
  .union([z.string().max(20_000), z.array(z.string().max(300))])
  .transform((given, context) => {
    const isList = typeof given !== 'string'
    const entries = (isList ? given : given.split(',')).map((entry) => entry.trim())
    for (const [index, entry] of entries.entries()) {
      if (parseCorsDomain(entry) || (entry === '' && !isList)) continue
      context.addIssue({
        code: 'custom',
        path: isList ? [index] : [],
        message: isList ? notADomain : `${JSON.stringify(entry.slice(0, 100))} ${notADomain}`,
      })
    }
    const distinct = [...new Set(entries.filter(Boolean))]
    if (distinct.length > 200) context.addIssue({ code: 'custom', message: 'has more than 200 entries' })
    return distinct
  })

/** Which sites' pages may call the API from a browser. What is left out of a change stays. */
export const CorsChange = z.strictObject({ enabled: z.boolean().optional(), domains: CorsDomains.optional() })

export const Cors = z.object({ enabled: z.boolean(), domains: z.array(z.string()) })
export type Cors = z.infer<typeof Cors>
