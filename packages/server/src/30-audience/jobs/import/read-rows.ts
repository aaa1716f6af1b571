import type { Attribute, AttributeValue } from '@carillon/contract'
import { Problem } from '../../../00-kernel/index.ts'
import { parseCsv } from './parse-csv.ts'

/** A person to import, as `UserCreate` has them but not checked yet; or why the row is none. */
export type ImportRow = { input: unknown } | { problem: Problem }

/** The rows of the data, in order. Throws Problem('invalid_request') about `/data` when the header is of no use. */
export function readRows(format: 'csv' | 'ndjson', data: string, schema: readonly Attribute[]) {
  return format === 'csv' ? readCsv(data, schema) : readNdjson(data)
}

function* readNdjson(data: string): Generator<ImportRow> {
  for (let from = 0; from < data.length; ) {
    const newline = data.indexOf('\n', from)
    const to = newline === -1 ? data.length : newline
    const line = data.slice(from, to).trim()
    if (line !== '') yield parseLine(line)
    from = to + 1
  }
}

function parseLine(line: string): ImportRow {
  try {
    const input = JSON.parse(line)
    return isStorable(input) ? { input } : { problem: rowProblem('holds a NUL or half a surrogate pair') }
  } catch (error) {
    // The message quotes the line and may cut an emoji in half, which the job's result could not keep.
    return { problem: new Problem('malformed_json', { detail: (error as Error).message.toWellFormed() }) }
  }
}

/** The body's own check saw this text before its escapes were undone. */
function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !value.includes('\0') && value.isWellFormed()
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([key, child]) => isStorable(key) && isStorable(child))
}

function* readCsv(data: string, schema: readonly Attribute[]): Generator<ImportRow> {
  const records = parseCsv(data)
  const header = records.next().value
  if (!header) throw rowProblem('has no header row')
  if ('malformed' in header) throw rowProblem(`has a header row in which ${header.malformed}`)
  const columns = header.fields.map((name) => columnOf(name.trim(), schema))
  const names = columns.map(({ path }) => path.join('.'))
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined) throw rowProblem(`has the column ${twice} twice`)
  for (const record of records) {
    if ('malformed' in record) yield { problem: rowProblem(record.malformed) }
    else yield rowOf(record.fields, columns)
  }
}

interface Column {
  path: [string] | [string, string]
  parse: (text: string) => AttributeValue
}

/** `identifiers.crm`, `consents.news`, `timezone` and `locale` are what they say; any other column is an attribute. */
function columnOf(name: string, schema: readonly Attribute[]): Column {
  if (name === '') throw rowProblem('has a column without a name')
  if (name === 'timezone' || name === 'locale') return { path: [name], parse: asText }
  const [group = '', ...rest] = name.split('.')
  const inner = rest.join('.')
  if ((group === 'identifiers' || group === 'consents') && inner !== '')
    return { path: [group, inner], parse: asText }
  const attribute = group === 'attributes' && inner !== '' ? inner : name
  const type = schema.find((each) => each.name === attribute)?.type
  return { path: ['attributes', attribute], parse: parsers[type ?? 'string'] }
}

const asText = (text: string) => text
/** What does not parse stays text, and the type check says so. */
const parsers: Record<Attribute['type'], (text: string) => AttributeValue> = {
  string: asText,
  picklist: asText,
  date: asText,
  number: (text) => (/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : text),
  boolean: (text) => (/^\s*(true|false)\s*$/i.test(text) ? text.trim().toLowerCase() === 'true' : text),
}

/** An empty cell says nothing: it is neither a value nor a removal. */
function rowOf(fields: readonly string[], columns: readonly Column[]): ImportRow {
  if (fields.length !== columns.length) {
    const detail = `has ${fields.length} fields where the header has ${columns.length}`
    return { problem: rowProblem(detail) }
  }
  const attributes: Record<string, AttributeValue> = {}
  const input: Record<string, unknown> = { attributes }
  for (const [i, { path, parse }] of columns.entries()) {
    const text = fields[i] ?? ''
    if (text === '') continue
    const [group, name] = path
    if (name === undefined) input[group] = text
    else if (group === 'attributes') attributes[name] = parse(text)
    else input[group] = { ...(input[group] as object | undefined), [name]: text }
  }
  return { input }
}

function rowProblem(detail: string): Problem {
  return new Problem('invalid_request', { errors: [{ pointer: '/data', code: 'invalid_row', detail }] })
}
