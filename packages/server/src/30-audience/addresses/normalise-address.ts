import { domainToASCII } from 'node:url'

/** Platforms whose subscriptions come from the attributes of users. */
export const addressPlatforms = ['email', 'sms'] as const
export type AddressPlatform = (typeof addressPlatforms)[number]

/** What messages are sent to, in the one writing that addresses compare by; null when it is none. */
export const normaliseAddress: Record<AddressPlatform, (value: unknown) => string | null> = {
  email: normaliseEmail,
  sms: normalisePhone,
}

/** The attributes of a user that hold an address, the better one first. */
export const addressAttributes = {
  email: ['email'],
  sms: ['phone', 'mobile'],
} as const satisfies Record<AddressPlatform, readonly string[]>

/** The first attribute that is there counts, also if it is no address. */
export function addressOf(platform: AddressPlatform, attributes: Record<string, unknown>): string | null {
  const given = addressAttributes[platform].map((name) => attributes[name]).find((value) => value != null)
  return normaliseAddress[platform](given)
}

/** RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.2, in octets. */
const maxLocalBytes = 64
const maxDomainBytes = 255

/**
 * The local part as it was written (RFC 5321, section 2.4), the domain in lower case and ASCII. No quoted local
 * parts and no domain literals: nobody's customers have them, and header injection does.
 */
function normaliseEmail(value: unknown): string | null {
  if (typeof value !== 'string') return null
  const [, local = '', given = ''] =
    /^([^\s@<>()[\]",;:\\]+)@([^\s@<>()[\]",;:\\]+)$/.exec(value.trim()) ?? []
  const domain = domainToASCII(given)
  if (!/^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/.test(domain)) return null
  if (Buffer.byteLength(local) > maxLocalBytes || domain.length > maxDomainBytes) return null
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there
  if (/[\x00-\x1f\x7f]/.test(local)) return null
  return `${local}@${domain}`
}

/** E.164: a plus, the country, at most 15 digits. A number without a plus is taken to begin with its country. */
function normalisePhone(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const digits = String(value)
    .trim()
    .replace(/^(\+|00)/, '')
    .replace(/[\s().\-/]/g, '')
  return /^[1-9]\d{6,14}$/.test(digits) ? `+${digits}` : null
}
