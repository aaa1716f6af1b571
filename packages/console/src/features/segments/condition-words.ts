import type { Draft } from './condition-editing.ts'
import { operatorFacts } from './operators.ts'

/** A condition as people say it: `country is one of DE, AT`. */
export function conditionWords(
  { attribute, operator, value }: Draft,
  /** Of segments and messages, by id. */
  names: ReadonlyMap<string, string> = new Map(),
): string {
  const { label, kind } = operatorFacts[operator]
  const start = attribute ? `${attribute} ${label}` : label
  if (kind === 'none') return start
  const values = [value ?? ''].flat().map((each) => names.get(String(each)) ?? String(each))
  if (values.join('') === '') return `${start} …`
  if (kind === 'range') return `${start} ${values.map((each) => each || '…').join(' and ')}`
  if (kind === 'days') return `${start} ${values[0]} days`
  if (kind === 'message') return `${start} ${names.get(String(value)) ?? 'the message'}`
  return `${start} ${values.join(', ')}`
}
