import { createHash, createVerify, type KeyObject } from 'node:crypto'

/** Verifies a signature as RFC 6376, section 6.1 says, relaxed in both parts; gives the headers that it covers. */
export function verifyDkim(raw: string, key: KeyObject): string[] {
  const end = raw.indexOf('\r\n\r\n')
  const headers = raw.slice(0, end).split(/\r\n(?![ \t])/)
  const signature = headers.find((line) => /^dkim-signature:/i.test(line)) ?? ''
  const tags = new Map(
    signature
      .slice(signature.indexOf(':') + 1)
      .split(';')
      .map((tag) => [
        tag.slice(0, tag.indexOf('=')).trim(),
        tag.slice(tag.indexOf('=') + 1).replace(/\s/g, ''),
      ]),
  )
  if (tags.get('c') !== 'relaxed/relaxed') throw new Error(`It is ${tags.get('c')}.`)
  const body = createHash('sha256')
    .update(relaxedBody(raw.slice(end + 4)), 'latin1')
    .digest('base64')
  if (body !== tags.get('bh')) throw new Error('The body was changed.')
  const covered = (tags.get('h') ?? '').toLowerCase().split(':')
  const left = headers.map((line) => ({ name: line.slice(0, line.indexOf(':')).toLowerCase(), line }))
  const signed = covered.flatMap((name) => {
    // A name that is listed more often than it occurs covers its absence.
    const at = left.findLastIndex((header) => header.name === name)
    return at === -1 ? [] : left.splice(at, 1).map(({ line }) => `${relaxedHeader(line)}\r\n`)
  })
  const own = relaxedHeader(signature.replace(/(;\s*b=)[^;]*/, '$1'))
  const isGood = createVerify('sha256')
    .update(signed.join('') + own, 'latin1')
    .verify(key, tags.get('b') ?? '', 'base64')
  if (!isGood) throw new Error('The headers were changed.')
  return covered
}

/** Section 3.4.2. */
function relaxedHeader(line: string): string {
  const colon = line.indexOf(':')
  const value = line
    .slice(colon + 1)
    .replace(/\r\n/g, '')
    .replace(/[ \t]+/g, ' ')
    .trim()
  return `${line.slice(0, colon).trim().toLowerCase()}:${value}`
}

/** Section 3.4.4. */
function relaxedBody(body: string): string {
  const lines = body
    .replace(/[ \t]+/g, ' ')
    .replace(/ \r\n/g, '\r\n')
    .replace(/(\r\n)+$/, '')
  return lines === '' ? '' : `${lines}\r\n`
}
