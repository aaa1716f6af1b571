import type { FilterImplOptions } from 'liquidjs'

const maxRemembered = 1_000
const maxLength = 200

/**
 * The `date` filter costs about 120 µs where it names a month or weekday, and one message shows few dates.
 * @note `now` and `today` are never remembered, nor is anything long.
 */
export function rememberDates(filter: FilterImplOptions | undefined): FilterImplOptions {
  if (typeof filter !== 'function') throw new Error('The engine has no date filter.')
  const remembered = new Map<string, unknown>()
  return function (value, ...given) {
    if (value === 'now' || value === 'today') return filter.call(this, value, ...given)
    const key = JSON.stringify([value, ...given])
    const known = remembered.get(key)
    if (known !== undefined) return known
    const shown: unknown = filter.call(this, value, ...given)
    if (remembered.size >= maxRemembered) remembered.clear()
    if (key.length + String(shown).length <= maxLength) remembered.set(key, shown)
    return shown
  }
}
