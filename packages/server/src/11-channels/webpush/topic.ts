/**
 * The `Topic` of a delivery (RFC 8030, section 5.4): at most 32 characters of base64url, the same on every
 * attempt, so that a service that still holds the first copy replaces it.
 */
export function topicOf(deliveryId: string, collapseId: string | undefined): string {
  if (collapseId === undefined) return deliveryId.replaceAll('-', '').slice(0, 32)
  return isTopic(collapseId) ? collapseId : fnv1a128(collapseId)
}

/** Apple decodes the topic: it refuses a length that no base64 text can have (400 `BadWebPushTopic`). */
function isTopic(text: string): boolean {
  return /^[A-Za-z0-9_-]{1,32}$/.test(text) && text.length % 4 !== 1
}

const offsetBasis = 0x6c62272e07bb014262b821756295c58dn
const prime = 0x0000000001000000000000000000013bn

/** FNV-1a as 32 hexadecimal digits. Not a secret: it only has to differ between the collapse ids of one app. */
function fnv1a128(text: string): string {
  let hash = offsetBasis
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(128, (hash ^ BigInt(byte)) * prime)
  return hash.toString(16).padStart(32, '0')
}
