import type { Condition } from '@carillon/contract'
import { type RawBuilder, sql } from 'kysely'
import { type Calendar, type Cut, type DateRange, dateRange, daysFrom } from './date-range.ts'
import { datePatterns, kindOfDate } from './date-text.ts'
import { type KnownAttribute, userColumns } from './known-attributes.ts'

/** True or false, never null, over `u`, a row of `users`. */
export type Predicate = RawBuilder<boolean>

/** What the meaning of a condition depends on besides itself. */
export interface ConditionScope extends Calendar {
  workspaceId: string
  attributes: ReadonlyMap<string, KnownAttribute>
}

/**
 * One condition as SQL; `in_segment` is composed elsewhere. A value of another type, or none, makes a condition
 * false and its `not_` twin true, and is never an error: values are compared as jsonb or behind a guard.
 */
export function compileCondition(condition: Condition, scope: ConditionScope): Predicate {
  const { operator, value } = condition
  const name = condition.attribute ?? ''
  switch (operator) {
    case 'not_equals':
      return not(equals(condition, scope))
    case 'not_in':
      return not(isOneOf(name, value))
    case 'not_contains':
      return not(contains(name, value))
    case 'not_exists':
      return not(sql`${textOf(name)} is not null`)
    case 'equals':
      return equals(condition, scope)
    case 'in':
      return isOneOf(name, value)
    case 'contains':
      return contains(name, value)
    case 'exists':
      return sql`(${textOf(name)} is not null)`
    case 'greater':
    case 'less':
    case 'between':
      return isNumeric(value) ? numberCompares(name, condition) : within(name, dateRange(condition, scope))
    case 'before':
    case 'after':
    case 'within_last_days':
    case 'more_than_days_ago':
    case 'within_next_days':
      return within(name, dateRange(condition, scope))
    case 'received':
    case 'opened':
    case 'clicked':
      return sql`exists (select ${interactionsOf(condition, scope.workspaceId)})`
    case 'in_segment':
      throw new Error('in_segment is compiled with the segment that it names.')
  }
}

/** The last part of a select over the interactions of `u` that a behaviour condition speaks of; `i` is one. */
export function interactionsOf({ operator, value }: Condition, workspaceId: string): RawBuilder<unknown> {
  const ofMessage =
    value === undefined
      ? sql``
      : sql`and d.message_seq =
          (select seq from messages where workspace_id = ${workspaceId}::uuid and id = ${value}::uuid)`
  return sql`from deliveries d join interactions i on i.message_seq = d.message_seq and i.ordinal = d.ordinal
    where d.user_id = u.id and i.type = ${operator} ${ofMessage}`
}

/** A value as jsonb; attributes of the user itself win over declared ones of the same name. */
export function jsonOf(name: string): RawBuilder<unknown> {
  const column = columnOf(name)
  return column ? sql`to_jsonb(${column})` : sql`(u.attributes -> ${name}::text)`
}

/** A JSON null is no value, as SQL's own. */
function textOf(name: string): RawBuilder<string | null> {
  const column = columnOf(name)
  return column ? sql`${column}::text` : sql`(u.attributes ->> ${name}::text)`
}

function columnOf(name: string): RawBuilder<unknown> | null {
  return (userColumns as readonly string[]).includes(name) ? sql.ref(`u.${name}`) : null
}

function not(predicate: Predicate): Predicate {
  return sql`(not ${predicate})`
}

function equals(condition: Condition, scope: ConditionScope): Predicate {
  const { attribute: name = '', value } = condition
  const isDate = scope.attributes.get(name)?.type === 'date'
  // A text that was saved before its attribute was declared a date may be none.
  if (!isDate || kindOfDate(value) === null) return isOneOf(name, [value])
  return within(name, dateRange(condition, scope))
}

function isOneOf(name: string, values: unknown): Predicate {
  const json = (values as unknown[]).map((value) => JSON.stringify(value))
  return sql`coalesce(${jsonOf(name)} = any(${json}::text[]::jsonb[]), false)`
}

function contains(name: string, value: unknown): Predicate {
  return sql`coalesce(jsonb_typeof(${jsonOf(name)}) = 'string' and strpos(${textOf(name)}, ${value}::text) > 0, false)`
}

function isNumeric(value: unknown): boolean {
  return typeof (Array.isArray(value) ? value[0] : value) === 'number'
}

function numberCompares(name: string, { operator, value }: Condition): Predicate {
  const number = jsonOf(name)
  const [low, high] = Array.isArray(value) ? value : [value, value]
  const above = sql`${number} ${operator === 'between' ? sql`>=` : sql`>`} ${JSON.stringify(low)}::jsonb`
  const below = sql`${number} ${operator === 'between' ? sql`<=` : sql`<`} ${JSON.stringify(high)}::jsonb`
  const compares = operator === 'greater' ? above : operator === 'less' ? below : sql`${above} and ${below}`
  return sql`coalesce(jsonb_typeof(${number}) = 'number' and ${compares}, false)`
}

/** Whole days are compared with whole days, instants with instants; anything else is in no range. */
function within(name: string, { from, to }: DateRange): Predicate {
  const instants = sql`(tstzrange(${from?.instant ?? null}::timestamptz, null, ${lowerBound(from)})
    * tstzrange(null, ${to?.instant ?? null}::timestamptz, ${upperBound(to)}))`
  if (name === 'created_at') return sql`(${instants} @> u.created_at)`
  // Ranges are cut out of half-open ones because a range that ends before it begins would be an error.
  const days = sql`(daterange(${from?.day ?? null}::date, null) * daterange(null, ${to?.day ?? null}::date))`
  const text = textOf(name)
  return sql`(case when not coalesce(${mayLieWithin(text, { from, to })}, false) then false
    when length(${text}) = 10 and ${matches(text, 'day')} then ${days} @> ${text}::date
    when ${matches(text, 'instant')} then ${instants} @> ${text}::timestamptz else false end)`
}

/** Spares most texts the patterns, which cost ten times as much. Zones set a date and a cut's day up to 3 days apart. */
function mayLieWithin(text: RawBuilder<unknown>, { from, to }: DateRange): RawBuilder<unknown> {
  const low = from ? daysFrom(from.day, -3) : '0'
  const high = to ? daysFrom(to.day, 3) : ':'
  return sql`(${text} collate "C" >= ${low} and ${text} collate "C" < ${high})`
}

function matches(text: RawBuilder<unknown>, kind: 'day' | 'instant'): RawBuilder<unknown> {
  const [ordinary, leap] = datePatterns[kind]
  return sql`(${text} ~ ${sql.lit(ordinary)} or ${text} ~ ${sql.lit(leap)})`
}

function lowerBound(cut: Cut | null): RawBuilder<unknown> {
  return cut?.past ? sql`'()'` : sql`'[)'`
}

function upperBound(cut: Cut | null): RawBuilder<unknown> {
  return cut?.past ? sql`'[]'` : sql`'[)'`
}
