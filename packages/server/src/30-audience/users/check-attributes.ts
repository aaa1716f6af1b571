import type { Attribute, AttributeType, AttributeValue, ProblemPlace } from '@carillon/contract'
import { z } from 'zod'

export type Attributes = Record<string, AttributeValue>

const maxAttributes = 200

export interface AttributeCheck {
  schema: readonly Attribute[]
  /** What this request names; null removes. */
  given: Attributes
  /** What the person has after it. */
  merged: Attributes
  isNew: boolean
}

/**
 * Types of what is given, and that nothing required is missing. Somebody who lacks an attribute because it was
 * declared later may still be changed: only taking it away is refused.
 */
export function checkAttributes({ schema, given, merged, isNew }: AttributeCheck): ProblemPlace[] {
  const places: ProblemPlace[] = []
  for (const attribute of schema) {
    const value = attributeOf(given, attribute.name)
    const pointer = `/attributes/${attribute.name}`
    const fault = value === undefined || value === null ? null : faultOf[attribute.type](value, attribute)
    if (fault) places.push({ pointer, code: 'wrong_type', detail: fault })
    else if (
      attribute.required &&
      (isNew || value !== undefined) &&
      isBlank(attributeOf(merged, attribute.name))
    )
      places.push({ pointer, code: 'required', detail: 'is required' })
  }
  if (Object.keys(merged).length > maxAttributes)
    places.push({
      pointer: '/attributes',
      code: 'too_many',
      detail: `a person has at most ${maxAttributes} attributes`,
    })
  return places
}

/** Attributes have names of people's choice, `constructor` among them. */
export function attributeOf(attributes: Attributes, name: string): AttributeValue | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined
}

const isoDate = z.union([z.iso.date(), z.iso.datetime({ offset: true })])

const faultOf: Record<AttributeType, (value: AttributeValue, attribute: Attribute) => string | null> = {
  string: (value) => (typeof value === 'string' ? null : 'must be text'),
  number: (value) => (typeof value === 'number' ? null : 'must be a number'),
  boolean: (value) => (typeof value === 'boolean' ? null : 'must be true or false'),
  date: (value) =>
    isoDate.safeParse(value).success
      ? null
      : 'must be a date such as 2026-03-29, or a time with zone such as 2026-03-29T10:00:00Z',
  picklist: (value, { values }) =>
    typeof value === 'string' && values?.includes(value) ? null : `must be one of ${values?.join(', ')}`,
}

function isBlank(value: AttributeValue | undefined): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '')
}
