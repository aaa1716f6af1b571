const encoder = new TextEncoder()

/** The length of a text as providers count it. */
export function utf8Bytes(text: string): number {
  return encoder.encode(text).length
}
