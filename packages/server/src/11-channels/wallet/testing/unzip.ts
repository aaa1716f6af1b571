/** The files of an archive whose entries are stored as they are, which is how passes are packed. */
export function unzip(bytes: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>()
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50; ) {
    const size = bytes.readUInt32LE(at + 18)
    const nameEnd = at + 30 + bytes.readUInt16LE(at + 26)
    const start = nameEnd + bytes.readUInt16LE(at + 28)
    files.set(bytes.toString('utf8', at + 30, nameEnd), bytes.subarray(start, start + size))
    at = start + size
  }
  return files
}
