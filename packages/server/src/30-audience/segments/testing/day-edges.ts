import type { Judged, JudgedCondition } from './who-meets.ts'

/** A day on which clocks are moved: its first instant and the one after its last, by the time zone database. */
export interface DayEdges {
  timeZone: string
  day: string
  begins: string
  ends: string
  hours: number
  because: string
}

const edge = (
  timeZone: string,
  day: string,
  [begins, ends]: [string, string],
  hours: number,
  because: string,
) => ({ timeZone, day, begins: `${begins}:00Z`, ends: `${ends}:00Z`, hours, because })

export const dayEdges: readonly DayEdges[] = [
  edge('Europe/Berlin', '2026-03-29', ['2026-03-28T23:00', '2026-03-29T22:00'], 23, 'skips 02:00'),
  edge('Europe/Berlin', '2026-10-25', ['2026-10-24T22:00', '2026-10-25T23:00'], 25, 'repeats 02:00'),
  edge('America/New_York', '2026-11-01', ['2026-11-01T04:00', '2026-11-02T05:00'], 25, 'repeats 01:00'),
  edge(
    'Australia/Lord_Howe',
    '2026-10-04',
    ['2026-10-03T13:30', '2026-10-04T13:00'],
    23.5,
    'skips half an hour',
  ),
  edge(
    'Australia/Lord_Howe',
    '2026-04-05',
    ['2026-04-04T13:00', '2026-04-05T13:30'],
    24.5,
    'repeats half an hour',
  ),
  edge('America/Sao_Paulo', '2018-11-04', ['2018-11-04T03:00', '2018-11-05T02:00'], 23, 'has no midnight'),
  edge(
    'America/Sao_Paulo',
    '2018-02-17',
    ['2018-02-17T02:00', '2018-02-18T03:00'],
    25,
    'repeats its last hour',
  ),
  edge('America/Havana', '2026-03-08', ['2026-03-08T05:00', '2026-03-09T04:00'], 23, 'has no midnight'),
  edge('America/Havana', '2026-11-01', ['2026-11-01T04:00', '2026-11-02T05:00'], 25, 'has two midnights'),
  edge('Atlantic/Azores', '2026-10-25', ['2026-10-25T00:00', '2026-10-26T01:00'], 25, 'has two midnights'),
  edge(
    'Pacific/Apia',
    '2011-12-31',
    ['2011-12-30T10:00', '2011-12-31T10:00'],
    24,
    'follows a day that never was',
  ),
  edge(
    'Pacific/Kiritimati',
    '2026-06-15',
    ['2026-06-14T10:00', '2026-06-15T10:00'],
    24,
    'is far ahead of UTC',
  ),
]

export interface DayCase {
  condition: JudgedCondition
  judged: Judged
  expected: string[]
}

/** Everything that a condition on a date can ask about such a day, of people right inside and outside of its edges. */
export function casesOf({ timeZone, day, begins, ends }: DayEdges): DayCase[] {
  const secondBefore = (instant: string) => new Date(Date.parse(instant) - 1_000).toISOString()
  const dayFrom = (days: number) => new Date(Date.parse(day) + days * 86_400_000).toISOString().slice(0, 10)
  const people = {
    dayBefore: dayFrom(-1),
    lastBefore: secondBefore(begins),
    theDay: day,
    first: begins,
    last: secondBefore(ends),
    firstAfter: ends,
    dayAfter: dayFrom(1),
  }
  const [earlier, within, later] = [
    ['dayBefore', 'lastBefore'],
    ['theDay', 'first', 'last'],
    ['firstAfter', 'dayAfter'],
  ] as const
  const judge = (
    operator: JudgedCondition['operator'],
    value: JudgedCondition['value'],
    ...expected: (readonly string[])[]
  ) => ({
    condition: { operator, value },
    judged: { people, type: 'date' as const, timeZone },
    expected: expected.flat().sort(),
  })
  const asOf = (now: string, { judged, ...rest }: DayCase): DayCase => ({
    ...rest,
    judged: { ...judged, now },
  })
  const middle = new Date((Date.parse(begins) + Date.parse(ends)) / 2).toISOString()
  return [
    judge('equals', day, within),
    judge('not_equals', day, earlier, later),
    judge('before', day, earlier),
    judge('less', day, earlier),
    judge('after', day, later),
    judge('greater', day, later),
    judge('between', [day, day], within),
    judge('between', [day, dayFrom(1)], within, later),
    judge('before', begins, earlier),
    judge('after', begins, ['last'], later),
    ...[begins, middle, secondBefore(ends)].flatMap((now) => [
      asOf(now, judge('within_last_days', 1, within)),
      asOf(now, judge('within_next_days', 1, within)),
      asOf(now, judge('within_next_days', 2, within, later)),
      asOf(now, judge('more_than_days_ago', 0, earlier)),
    ]),
    asOf(ends, judge('within_last_days', 1, later)),
    asOf(ends, judge('within_last_days', 2, within, later)),
    asOf(ends, judge('more_than_days_ago', 1, earlier)),
    asOf(secondBefore(begins), judge('more_than_days_ago', 0)),
  ]
}
