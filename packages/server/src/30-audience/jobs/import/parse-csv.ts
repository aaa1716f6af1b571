/** One record of a CSV text, or why the text ends there as far as a reader can tell. */
export type CsvRecord = { fields: string[] } | { malformed: string }

/**
 * Reads CSV as RFC 4180 has it, with what spreadsheets write besides: any line end, a byte order mark, and
 * semicolons or tabs instead of commas (the header tells). Blank lines are passed over. Nothing is copied
 * but the fields at hand.
 */
export function* parseCsv(text: string): Generator<CsvRecord, undefined> {
  const delimiter = delimiterOf(text)
  const plain = new RegExp(`[^\\r\\n${delimiter}]*`, 'y')
  let at = text.startsWith('\uFEFF') ? 1 : 0
  while (at < text.length) {
    const fields: string[] = []
    for (let isEnd = false; !isEnd; ) {
      const field = text[at] === '"' ? quotedField(text, at, delimiter) : plainField(text, at, plain)
      if ('malformed' in field) {
        yield field
        return undefined
      }
      fields.push(field.value)
      isEnd = text[field.end] !== delimiter
      at = isEnd ? field.end : field.end + 1
    }
    at += text.startsWith('\r\n', at) ? 2 : 1
    if (fields.length > 1 || fields[0] !== '') yield { fields }
  }
  return undefined
}

type Field = { value: string; end: number } | { malformed: string }

/** A quote inside is written twice. */
function quotedField(text: string, start: number, delimiter: string): Field {
  let value = ''
  for (let from = start + 1; ; ) {
    const quote = text.indexOf('"', from)
    if (quote === -1) return { malformed: 'a quote is never closed' }
    value += text.slice(from, quote)
    const next = text[quote + 1]
    if (next === undefined || next === delimiter || next === '\r' || next === '\n')
      return { value, end: quote + 1 }
    if (next !== '"') return { malformed: 'a closing quote is followed by more text' }
    value += '"'
    from = quote + 2
  }
}

function plainField(text: string, start: number, plain: RegExp): Field {
  plain.lastIndex = start
  const value = plain.exec(text)?.[0] ?? ''
  return { value, end: start + value.length }
}

/** The one of the three that the header has most of, outside quotes. */
function delimiterOf(text: string): string {
  const header =
    text
      .slice(0, 100_000)
      .replace(/"[^"]*"/g, '')
      .split(/[\r\n]/, 1)[0] ?? ''
  const counted = [',', ';', '\t'].map((delimiter) => ({ delimiter, n: header.split(delimiter).length }))
  return counted.reduce((best, each) => (each.n > best.n ? each : best)).delimiter
}
