import type { FilterImplOptions } from 'liquidjs'

type FilterHandler = Extract<FilterImplOptions, (...values: never[]) => unknown>
type FilterCall = ThisParameterType<FilterHandler>

/** Something that a template needs and the person does not have. */
export class MissingValue extends Error {}

/** The last step of every output: nothing is ever shown as a blank or as `[object Object]` by mistake. */
export function mustShow(this: unknown, value: unknown): string {
  if (isMissing(value)) throw new MissingValue()
  if (typeof value === 'object' && !Array.isArray(value)) {
    throw new Error('An object cannot be shown; name one of its fields.')
  }
  const text = Array.isArray(value) ? value.join('') : String(value)
  const { context } = this as FilterCall
  context.memoryLimit.use(text.length)
  return text
}

/** A filter that refuses missing values, its own and its arguments'. `default` is the one that takes them. */
export function strictFilter(filter: FilterImplOptions): FilterImplOptions {
  if (typeof filter !== 'function') return { ...filter, handler: strictHandler(filter.handler) }
  return strictHandler(filter)
}

function strictHandler(handler: FilterHandler): FilterHandler {
  return function (value, ...given) {
    // A named argument arrives as a pair.
    const isArgumentMissing = this.token.args.some((arg, i) =>
      isMissing(Array.isArray(arg) ? given[i][1] : given[i]),
    )
    if (isMissing(value) || isArgumentMissing) throw new MissingValue()
    return handler.call(this, value, ...given)
  }
}

function isMissing(value: unknown): value is null | undefined {
  return value === undefined || value === null
}
