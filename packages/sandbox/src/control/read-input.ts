import { Problem } from '../problem.ts'

/** Turns an unknown value into a known one, or throws the Problem that names the field. */
export type Reader<T> = (value: unknown, name: string) => T

/** Reads an object with these fields and no others. */
export function readObject<S extends Record<string, Reader<unknown>>>(
  input: unknown,
  shape: S,
): { [K in keyof S]: ReturnType<S[K]> } {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new Problem(422, 'Send a JSON object.')
  }
  for (const name of Object.keys(input)) {
    if (!Object.hasOwn(shape, name)) throw new Problem(422, `There is no field \`${name}\` here.`)
  }
  const fields = Object.entries(shape).map(([name, read]) => [
    name,
    read((input as Record<string, unknown>)[name], name),
  ])
  return Object.fromEntries(fields)
}

export function optional<T>(read: Reader<T>): Reader<T | undefined> {
  return (value, name) => (value === undefined || value === null ? undefined : read(value, name))
}

export function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  return (value, name) => {
    const word = words.find((known) => known === value)
    if (word === undefined) throw new Problem(422, `\`${name}\` must be one of ${words.join(', ')}.`)
    return word
  }
}

export const text: Reader<string> = (value, name) => {
  if (typeof value !== 'string' || value === '' || value.length > 500) {
    throw new Problem(422, `\`${name}\` must be a text of 1 to 500 characters.`)
  }
  return value
}

export const textOrNumber: Reader<string | number> = (value, name) =>
  typeof value === 'number' ? value : text(value, name)

export const truth: Reader<boolean> = (value, name) => {
  if (typeof value !== 'boolean') throw new Problem(422, `\`${name}\` must be true or false.`)
  return value
}

export function number(least: number, most: number): Reader<number> {
  return (value, name) => {
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw new Problem(422, `\`${name}\` must be a number from ${least} to ${most}.`)
    }
    return value
  }
}

export function whole(least: number, most: number): Reader<number> {
  const read = number(least, most)
  return (value, name) => {
    if (!Number.isInteger(value)) throw new Problem(422, `\`${name}\` must be a whole number.`)
    return read(value, name)
  }
}

export const texts: Reader<string[]> = (value, name) => {
  if (!Array.isArray(value)) throw new Problem(422, `\`${name}\` must be a list of texts.`)
  return value.map((item) => text(item, name))
}
