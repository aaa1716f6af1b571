import {
  type Attribute,
  type AttributeType,
  type AttributeValue,
  listAttributes,
  listUsers,
} from '@carillon/contract'
import { useRead } from './server.ts'

/** How many of the newest users are looked at for attributes that nobody declared. */
const lookedAt = 50

/** The declared attributes, then those that users carry undeclared, so that they can be picked too. */
export function useAttributes(): Attribute[] {
  const declared = useRead(listAttributes, {}).data?.data ?? []
  const users = useRead(listUsers, { query: { limit: lookedAt } }).data?.data ?? []
  return withSeen(
    declared,
    users.map(({ attributes }) => attributes),
  )
}

export function withSeen(
  declared: readonly Attribute[],
  seen: readonly Readonly<Record<string, AttributeValue>>[],
): Attribute[] {
  const all = new Map(declared.map((attribute) => [attribute.name, attribute]))
  for (const attributes of seen) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value === null || all.has(name)) continue
      all.set(name, { name, type: attributeTypeOf(value), required: false, values: null, built_in: false })
    }
  }
  return [...all.values()]
}

export function attributeTypeOf(value: AttributeValue): AttributeType {
  if (typeof value === 'number') return 'number'
  return typeof value === 'boolean' ? 'boolean' : 'string'
}
