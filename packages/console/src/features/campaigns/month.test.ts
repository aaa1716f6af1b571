import type { CalendarEntry } from '@carillon/contract'
import { describe, expect, it } from 'vitest'
import { barsOf, monthOf, monthText, otherMonth, weeksOf } from './month.ts'

const november = new Date(2026, 10, 1)
const weeks = weeksOf(november)

function entry(id: string, from: Date, to: Date) {
  return { id, start_at: from.toISOString(), end_at: to.toISOString() } as CalendarEntry
}
const shape = (entries: CalendarEntry[], week = 1) =>
  barsOf(weeks[week] as Date[], entries).map(({ entry: { id }, from, days, line }) => [id, from, days, line])

describe('a month', () => {
  it('is read from its address, and is this month where that says nothing', () => {
    expect(monthText(monthOf('2026-11', new Date()))).toBe('2026-11')
    for (const text of [undefined, '2026-13', '2026-00', 'soon'])
      expect(monthText(monthOf(text, new Date(2027, 4, 9)))).toBe('2027-05')
  })

  it('is followed by the next one, over the end of a year too', () => {
    expect(monthText(otherMonth(new Date(2026, 11, 1), 1))).toBe('2027-01')
    expect(monthText(otherMonth(new Date(2026, 0, 1), -1))).toBe('2025-12')
  })

  it('has six weeks that begin on Mondays and hold all its days', () => {
    expect(weeks.map((week) => [week.length, week[0]?.getDay()])).toEqual(Array(6).fill([7, 1]))
    expect(weeks[0]?.[0]).toEqual(new Date(2026, 9, 26))
    expect(weeks.flat().filter((day) => day.getMonth() === 10)).toHaveLength(30)
  })
})

// The second week runs from Monday, 2 November.
describe('the campaigns of a week', () => {
  it('reach from the day of their start to the day of their end', () => {
    const short = entry('short', new Date(2026, 10, 3, 9), new Date(2026, 10, 5, 18))
    expect(shape([short])).toEqual([['short', 1, 3, 0]])
    expect(shape([short], 2)).toEqual([])
  })

  it('do not touch a day at whose first moment they end', () => {
    expect(shape([entry('a', new Date(2026, 10, 3, 9), new Date(2026, 10, 4))])).toEqual([['a', 1, 1, 0]])
    expect(shape([entry('b', new Date(2026, 9, 1), new Date(2026, 10, 2))])).toEqual([])
  })

  it('are cut where the week ends', () => {
    const long = entry('long', new Date(2026, 9, 1), new Date(2027, 0, 1))
    expect(shape([long])).toEqual([['long', 0, 7, 0]])
  })

  it('share a line where they do not meet', () => {
    const all = [
      entry('long', new Date(2026, 9, 1), new Date(2026, 10, 4, 12)),
      entry('over', new Date(2026, 10, 3), new Date(2026, 10, 6)),
      entry('next', new Date(2026, 10, 5), new Date(2026, 10, 6)),
    ]
    expect(shape(all)).toEqual([
      ['long', 0, 3, 0],
      ['over', 1, 3, 1],
      ['next', 3, 1, 0],
    ])
  })
})
