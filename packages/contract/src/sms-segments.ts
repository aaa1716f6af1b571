/**
 * How a text becomes SMS segments of 140 octets (3GPP TS 23.038 and 23.040, section 9.2.3.24). A text whose every
 * character stands in the GSM 7-bit alphabet is 160 septets long, or 153 in each of several segments, which need
 * room for a header; any other is UCS-2, 70 and 67 units of 16 bits. The same code splits what is sent.
 */
export interface SmsSegments {
  encoding: 'gsm7' | 'ucs2'
  /** As people count them: an emoji is one. */
  characters: number
  /** Septets or 16-bit units. */
  units: number
  /** Units that still fit into the last segment. */
  left: number
  /** The text of each segment; none for an empty text. */
  parts: string[]
}

const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u001bÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const escapeCode = 0x1b

/** The position of a character is its code; the escape itself is no character. */
const basicCodes = new Map([...basic].map((character, code) => [character, code] as const))
basicCodes.delete('\u001b')

/** Each takes two septets: the escape and this. */
const extensionCodes = new Map([
  ['\f', 0x0a],
  ['^', 0x14],
  ['{', 0x28],
  ['}', 0x29],
  ['\\', 0x2f],
  ['[', 0x3c],
  ['~', 0x3d],
  [']', 0x3e],
  ['|', 0x40],
  ['€', 0x65],
])

const room = { gsm7: { single: 160, several: 153 }, ucs2: { single: 70, several: 67 } } as const

/** Splits a text. Neither an escaped character nor a surrogate pair is ever cut in two. */
export function splitSms(text: string): SmsSegments {
  const characters = [...text]
  const isGsm = characters.every((character) => basicCodes.has(character) || extensionCodes.has(character))
  const encoding = isGsm ? 'gsm7' : 'ucs2'
  const unitsOf = isGsm
    ? (character: string) => (extensionCodes.has(character) ? 2 : 1)
    : (character: string) => character.length
  const units = characters.reduce((sum, character) => sum + unitsOf(character), 0)
  const { single, several } = room[encoding]
  const counted = { encoding, characters: characters.length, units } as const
  if (units <= single) return { ...counted, left: single - units, parts: text === '' ? [] : [text] }

  const parts: string[] = []
  let part = ''
  let taken = 0
  for (const character of characters) {
    const size = unitsOf(character)
    if (taken + size > several) {
      parts.push(part)
      part = ''
      taken = 0
    }
    part += character
    taken += size
  }
  return { ...counted, left: several - taken, parts: [...parts, part] }
}

/** The septets of a text of the GSM alphabet, one in each octet, as SMPP takes them. */
export function gsm7Octets(text: string): Uint8Array {
  return Uint8Array.from(
    [...text].flatMap((character) => {
      const extension = extensionCodes.get(character)
      return extension === undefined ? (basicCodes.get(character) ?? 0x3f) : [escapeCode, extension]
    }),
  )
}
