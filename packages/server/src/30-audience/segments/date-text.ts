/*
 * The same patterns guard the casts in SQL and the literals in conditions, so they keep to syntax that
 * PostgreSQL and JavaScript share, and match only what PostgreSQL casts without an error. PostgreSQL builds its
 * automaton anew for every row: a smaller pattern is a faster one, so leap days have one of their own.
 */
const date =
  '[1-9][0-9]{3}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)'
const leapDate = '([1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)-02-29'
const time =
  '[Tt ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?([Zz]|[+-](0[0-9]|1[0-4]):[0-5][0-9])'

/** What a text matches one of is, from the year 1000 on, a calendar date or RFC 3339 with optional seconds. */
export const datePatterns = {
  day: [`^${date}$`, `^${leapDate}$`],
  instant: [`^${date}${time}$`, `^${leapDate}${time}$`],
} as const

const expressions = {
  day: datePatterns.day.map((pattern) => new RegExp(pattern)),
  instant: datePatterns.instant.map((pattern) => new RegExp(pattern)),
}

export function kindOfDate(value: unknown): 'day' | 'instant' | null {
  if (typeof value !== 'string') return null
  const isOf = (kind: 'day' | 'instant') => expressions[kind].some((pattern) => pattern.test(value))
  return isOf('day') ? 'day' : isOf('instant') ? 'instant' : null
}
