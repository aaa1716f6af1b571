import { fieldsOf } from '../phones/notification.ts'
import type { FieldViolation } from './errors.ts'

/** Checks a value at a path and names what is wrong with it, or gives undefined. */
export type Rule = (value: unknown, path: string) => FieldViolation | undefined

const invalid = (field: string, description: string): FieldViolation => ({ field, description })

/** An object with these fields and no others; proto3 JSON takes each name in snake_case and in lowerCamelCase. */
export function message(fields: Record<string, Rule>): Rule {
  const known = new Map(
    Object.entries(fields).flatMap(([name, rule]) => [[name, rule] as const, [camel(name), rule] as const]),
  )
  return (value, path) => {
    if (!isObject(value)) return invalid(path, `Invalid value at '${path}', expected an object.`)
    for (const name in value) {
      const rule = known.get(name)
      const at = path === '' ? name : `${path}.${name}`
      if (!rule)
        return invalid(
          at,
          `Invalid JSON payload received. Unknown name "${name}" at '${path}': Cannot find field.`,
        )
      const violation = value[name] === null ? undefined : rule(value[name], at)
      if (violation) return violation
    }
    return undefined
  }
}

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A google.protobuf.Struct: any object. */
export const struct: Rule = (value, path) =>
  isObject(value) ? undefined : invalid(path, `Invalid value at '${path}', expected an object.`)

export const text: Rule = (value, path) =>
  typeof value === 'string'
    ? undefined
    : invalid(path, `Invalid value at '${path}' (TYPE_STRING), ${JSON.stringify(value)}`)

export const flag: Rule = (value, path) =>
  typeof value === 'boolean'
    ? undefined
    : invalid(path, `Invalid value at '${path}' (TYPE_BOOL), ${JSON.stringify(value)}`)

export const number: Rule = (value, path) =>
  typeof value === 'number'
    ? undefined
    : invalid(path, `Invalid value at '${path}' (TYPE_FLOAT), ${JSON.stringify(value)}`)

export const count: Rule = (value, path) =>
  Number.isInteger(value)
    ? undefined
    : invalid(path, `Invalid value at '${path}' (TYPE_INT32), ${JSON.stringify(value)}`)

export function matching(pattern: RegExp, expectation: string): Rule {
  return (value, path) =>
    typeof value === 'string' && pattern.test(value)
      ? undefined
      : invalid(path, `Invalid value at '${path}', expected ${expectation}.`)
}

/** An enum's name; Google's own examples also write it in lower case. */
export const oneOf = (...names: string[]): Rule =>
  matching(new RegExp(`^(${names.join('|')})$`, 'i'), names.join(' or '))

export function listOf(rule: Rule): Rule {
  return (value, path) => {
    if (!Array.isArray(value)) return invalid(path, `Invalid value at '${path}', expected a list.`)
    for (const [index, item] of value.entries()) {
      const violation = rule(item, `${path}[${index}]`)
      if (violation) return violation
    }
    return undefined
  }
}

/** A map of strings; `keyRule` looks at each name. */
export function texts(keyRule?: (key: string) => string | undefined): Rule {
  return (value, path) => {
    if (!isObject(value)) return invalid(path, `Invalid value at '${path}', expected a map.`)
    let index = 0
    for (const key in value) {
      const violation = text(value[key], `${path}[${index++}].value`)
      const keyFault = keyRule?.(key)
      if (violation || keyFault) return violation ?? invalid(path, keyFault ?? '')
    }
    return undefined
  }
}

/** A google.protobuf.Duration as JSON: seconds with up to nine decimals and an `s`. */
export function duration(maxSeconds: number): Rule {
  const shape = matching(/^\d+(\.\d{1,9})?s$/, 'a duration in seconds, as in "3.5s"')
  return (value, path) => {
    const violation = shape(value, path)
    if (violation) return violation
    return Number.parseFloat(value as string) <= maxSeconds
      ? undefined
      : invalid(path, `Invalid value at '${path}', the longest duration is ${maxSeconds} seconds.`)
  }
}

/** Bytes of all names and strings inside, the way FCM counts a payload. */
export function payloadBytes(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value !== 'object' || value === null) return value === undefined ? 0 : String(value).length
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + payloadBytes(item), 0)
  return Object.entries(fieldsOf(value)).reduce(
    (sum, [key, item]) => sum + Buffer.byteLength(key) + payloadBytes(item),
    0,
  )
}
