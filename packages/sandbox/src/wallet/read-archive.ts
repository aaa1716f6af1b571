import { inflateRawSync } from 'node:zlib'
import { Problem } from '../problem.ts'

const LOCAL_FILE = 0x04034b50
const CENTRAL_FILE = 0x02014b50
const END = 0x06054b50
const END_BYTES = 22
const MOST_BYTES = 10 * 1024 * 1024

/** The files of a ZIP archive, by the list at its end (PKWARE APPNOTE, section 4.3). */
export function readArchive(bytes: Buffer): Map<string, Buffer> {
  try {
    return filesOf(bytes)
  } catch (error) {
    if (error instanceof RangeError) throw new Problem(422, 'The pass is no whole ZIP archive.')
    throw error
  }
}

function filesOf(bytes: Buffer): Map<string, Buffer> {
  const end = bytes.lastIndexOf(Buffer.of(0x50, 0x4b, 0x05, 0x06))
  if (end < 0 || bytes.readUInt32LE(end) !== END || bytes.length < end + END_BYTES)
    throw new RangeError('There is no end of the archive.')
  const files = new Map<string, Buffer>()
  let at = bytes.readUInt32LE(end + 16)
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left--) {
    if (bytes.readUInt32LE(at) !== CENTRAL_FILE) throw new RangeError('The list of files is broken.')
    const nameLength = bytes.readUInt16LE(at + 28)
    const name = bytes.toString('utf8', at + 46, at + 46 + nameLength)
    if (files.has(name)) throw new Problem(422, `The pass holds ${name} twice.`)
    files.set(name, contentAt(bytes, bytes.readUInt32LE(at + 42), bytes.readUInt32LE(at + 20)))
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32)
  }
  return files
}

function contentAt(bytes: Buffer, at: number, size: number): Buffer {
  if (bytes.readUInt32LE(at) !== LOCAL_FILE) throw new RangeError('A file is not where the list says.')
  const start = at + 30 + bytes.readUInt16LE(at + 26) + bytes.readUInt16LE(at + 28)
  const content = bytes.subarray(start, start + size)
  const isStored = bytes.readUInt16LE(at + 8) === 0
  return isStored ? content : inflateRawSync(content, { maxOutputLength: MOST_BYTES })
}
