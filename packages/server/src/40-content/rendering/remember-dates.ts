import type { FilterImplOptions } from 'liquidjs'

const maxRemembered = 1_000

/**
 * The `date` filter costs about 120 µs where it names a month or weekday, and one message shows few dates.
 * @note `now` and `today` are never remembered.
 */
export function rememberDates(filter: FilterImplOptions | undefined): FilterImplOptions {
  if (typeof filter !== 'function') throw new Error('The engine has no date filter.')
  const remembered = new Map<string, unknown>()
  return function (value, ...given) {
    if (!isDate(value)) return filter.call(this, value, ...given)
    const key = JSON.stringify([value, ...given])
    const known = remembered.get(key)
    if (known !== undefined) return known
    const shown: unknown = filter.call(this, value, ...given)
    if (remembered.size >= maxRemembered) remembered.clear()
    remembered.set(key, shown)
    return shown
  }
}

/** Long texts are no dates; they are not worth the memory. */
function isDate(value: unknown): value is string | number {
  if (typeof value === 'number') return true
  return typeof value === 'string' && value.length <= 40 && value !== 'now' && value !== 'today'
}
