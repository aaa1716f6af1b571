/** "An alphanumeric string of no more than 16 characters", says WNS; what is none becomes 16 digits of its own. */
export function tagOf(text: string | undefined): string | undefined {
  return text === undefined || /^[A-Za-z0-9]{1,16}$/.test(text) ? text : fnv1a64(text)
}

const offsetBasis = 0xcbf29ce484222325n
const prime = 0x100000001b3n

/** FNV-1a as 16 hexadecimal digits. Not a secret: it only has to differ between the collapse ids of one app. */
function fnv1a64(text: string): string {
  let hash = offsetBasis
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * prime)
  return hash.toString(16).padStart(16, '0')
}
