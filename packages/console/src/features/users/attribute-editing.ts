import type { Attribute, AttributeType, AttributeValue } from '@carillon/contract'
import { attributeTypeOf } from '../../shared/attributes.ts'

/** One line of the attribute editor; `text` is what stands in the input. */
export interface AttributeRow {
  name: string
  type: AttributeType
  text: string
  choices: readonly string[]
}

export type Attributes = Readonly<Record<string, AttributeValue>>

/** Declared attributes come first, in the order of the schema and also when they are empty. */
export function attributeRows(attributes: Attributes, schema: readonly Attribute[]): AttributeRow[] {
  const declared = schema.map(({ name, type, values }) => ({
    name,
    type,
    text: textOf(attributes[name]),
    choices: values ?? [],
  }))
  const others = Object.entries(attributes)
    .filter(([name]) => !schema.some((attribute) => attribute.name === name))
    .map(([name, value]) => ({ name, type: attributeTypeOf(value), text: textOf(value), choices: [] }))
  return [...declared, ...others]
}

/** The JSON Merge Patch that leads from what is stored to what the rows say; null removes. */
export function attributePatch(
  stored: Attributes,
  rows: readonly AttributeRow[],
): Record<string, AttributeValue> {
  const patch: Record<string, AttributeValue> = {}
  for (const row of rows) {
    const value = typedText(row)
    if (row.name && value !== (stored[row.name] ?? null)) patch[row.name] = value
  }
  const kept = new Set(rows.map(({ name }) => name))
  for (const name of Object.keys(stored)) if (!kept.has(name)) patch[name] = null
  return patch
}

/** An input's text as the attribute's type; what is no number stays text, for the server to refuse. */
export function typedText({ type, text }: Pick<AttributeRow, 'type' | 'text'>): AttributeValue {
  if (text === '') return null
  if (type === 'boolean') return text === 'true'
  if (type !== 'number') return text
  const number = Number(text)
  return Number.isFinite(number) ? number : text
}

const textOf = (value: AttributeValue | undefined) =>
  value === undefined || value === null ? '' : String(value)
