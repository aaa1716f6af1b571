/*
 * The same patterns guard the casts in SQL and the literals in conditions, so they keep to syntax that
 * PostgreSQL and JavaScript share, and match only what PostgreSQL casts without an error.
 */
const year = '[1-9][0-9]{3}'
const leapYear = '([1-9][0-9](0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)'
const date = `(${year}-(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|${year}-(0[469]|11)-(0[1-9]|[12][0-9]|30)|${year}-02-(0[1-9]|1[0-9]|2[0-8])|${leapYear}-02-29)`
const time = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?'
const zone = '([Zz]|[+-](0[0-9]|1[0-4]):[0-5][0-9])'

/** A calendar date such as 2026-01-31, from the year 1000 on. */
export const dayPattern = `^${date}$`
/** RFC 3339 with a zone, such as 2026-01-31T08:00:00Z; seconds may be left out. */
export const instantPattern = `^${date}[Tt ]${time}${zone}$`

const dayText = new RegExp(dayPattern)
const instantText = new RegExp(instantPattern)

export function kindOfDate(value: unknown): 'day' | 'instant' | null {
  if (typeof value !== 'string') return null
  return dayText.test(value) ? 'day' : instantText.test(value) ? 'instant' : null
}
