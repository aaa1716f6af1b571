/** Bytes of what one pass says, without its images: everything on it is read by a person. */
export const limitBytes = 32 * 1024

/** What we call a pass: 128 random bits. Apple asks only that it is unique within a pass type. */
export function isPassSerial(text: string): boolean {
  return /^[A-Za-z0-9_-]{22}$/.test(text)
}

export const passTypePattern = /^pass(\.[A-Za-z0-9-]+)+$/
