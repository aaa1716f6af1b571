/**
 * How a number behaves. Numbers that begin with +999, a country that does not exist, say it in the two digits that
 * follow: +99902… is a landline. Every other number is `ok`.
 */
export const smsScenarios = [
  'ok',
  'invalid',
  'landline',
  'opted_out',
  'region_off',
  'throttled',
  'unavailable',
  'undelivered',
  'unreachable',
  'filtered',
  'silent',
  'disordered',
  'slow',
  'reset',
  'message_bad',
  'queue_full',
] as const
export type SmsScenario = (typeof smsScenarios)[number]

export function smsScenarioOf(number: string): SmsScenario {
  const position = /^\+?999(\d\d)/.exec(number)?.[1]
  return smsScenarios[Number(position ?? 0)] ?? 'ok'
}

/** A number that behaves so; `serial` tells several apart. */
export function smsNumberOf(scenario: SmsScenario, serial = 1): string {
  const position = String(smsScenarios.indexOf(scenario)).padStart(2, '0')
  return `+999${position}${String(serial).padStart(7, '0')}`
}

/** These fail the first time that a text goes to the number, and are accepted from then on. */
export const onlyFirst: ReadonlySet<SmsScenario> = new Set([
  'throttled',
  'unavailable',
  'queue_full',
  'reset',
])

/** Milliseconds before a `slow` number's provider answers; what it does is done at once. */
export const SLOW_MS = 2_000
