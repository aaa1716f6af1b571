/** One notification, different from all others in token and id, equal in size. */
export interface SampleMessage {
  /** 64 hexadecimal digits, as APNs gives out; good for FCM as well. */
  token: string
  id: string
  title: string
  body: string
}

/** As many different ones as h2load gets paths; then they repeat. */
export const sampleSize = 10_000

/** With the envelope of APNs the JSON body has 220 bytes. */
const title = 'Your order is on its way'
const body = 'It left the shop this morning and will be with you between two and four. Follow it here.'

export const bundleId = 'com.example.bench'
export const projectId = 'bench'
export const expiresAtSeconds = 1_999_999_999

export function sampleMessages(): SampleMessage[] {
  return Array.from({ length: sampleSize }, (_, n) => ({ token: tokenOf(n), id: idOf(n), title, body }))
}

/** What every sender puts into the APNs body. */
export function apnsPayload({ id, title, body }: SampleMessage) {
  return { aps: { alert: { title, body } }, carillon: { delivery_id: id } }
}

/** Spread over all digits, so that neither compression nor caches profit from a common beginning. */
function tokenOf(n: number): string {
  return Array.from({ length: 8 }, (_, i) => hash(n * 8 + i)).join('')
}

function idOf(n: number): string {
  const hex = Array.from({ length: 4 }, (_, i) => hash(0x40000000 + n * 4 + i)).join('')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}

/** The finaliser of MurmurHash3: 32 well mixed bits. */
function hash(n: number): string {
  let h = Math.imul(n ^ (n >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return ((h ^ (h >>> 16)) >>> 0).toString(16).padStart(8, '0')
}
