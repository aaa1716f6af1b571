export interface PngSize {
  width: number
  height: number
}

const signature = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
/** Far beyond any screen; what unpacks to more is no picture for a pass. */
const maxSide = 4_096

/** The size of a PNG, or a sentence that says why it is none. Its first chunk is read, its pixels are not. */
export function readPng(bytes: Buffer): PngSize | { fault: string } {
  const isPng = bytes.subarray(0, 8).equals(signature) && bytes.toString('latin1', 12, 16) === 'IHDR'
  if (!isPng || bytes.length < 33) return { fault: 'is no PNG' }
  // The last chunk is always the same twelve bytes: a file that was cut lacks it.
  if (bytes.toString('latin1', bytes.length - 8, bytes.length - 4) !== 'IEND')
    return { fault: 'is cut short' }
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  if (width === 0 || height === 0 || width > maxSide || height > maxSide)
    return { fault: `is ${width} × ${height} pixels; at most ${maxSide} each are taken` }
  return { width, height }
}
