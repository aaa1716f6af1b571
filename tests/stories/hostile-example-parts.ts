import { type SegmentOperator, segmentOperators } from '@carillon/contract'
import fc from 'fast-check'

export const templates = [
  'Hi {{ user.first_name | default: "you" }}',
  '{{ user.constructor | default: 1 | times: 1e308 }}',
  '{{ user.born | default: "x" | date: "%s" }}',
  '{{ message.metadata | json }}{{ variables | json }}',
]
export const apnsTokens = ['ab'.repeat(32), 'AB'.repeat(32), '0f'.repeat(80)]
export const fcmTokens = fc.stringMatching(/^[A-Za-z0-9_:-]{20,60}$/)

export const dates = [
  '2026-01-31',
  '0001-01-01',
  '9999-12-31',
  '9999-12-31T23:59:59-23:59',
  '0001-01-01T00:00:00+23:59',
]
export const numbers = [0, -0, 1e308, -1e308, 5e-324, 2 ** 53, 0.1]

/** Conditions as they are meant, each operator with what it can be asked of, and some that make no sense. */
export function conditions(
  segmentId: string,
  messageId: string,
  text: fc.Arbitrary<string>,
): fc.Arbitrary<unknown> {
  const number = fc.oneof(fc.constantFrom(...numbers), fc.double({ noNaN: true, noDefaultInfinity: true }))
  const date = fc.constantFrom(...dates)
  const days = fc.constantFrom(0, 1, 36_500)
  const anyName = fc.constantFrom(
    'email',
    'age',
    'vip',
    'born',
    'tier',
    'created_at',
    'timezone',
    'constructor',
  )
  const asks = (attribute: fc.Arbitrary<string>, operator: SegmentOperator, value?: fc.Arbitrary<unknown>) =>
    fc.record({ attribute, operator: fc.constant(operator), ...(value && { value }) })
  const [word, age, day] = ['first_name', 'age', 'born'].map((name) =>
    fc.constantFrom(name, 'constructor'),
  ) as [fc.Arbitrary<string>, fc.Arbitrary<string>, fc.Arbitrary<string>]
  const sensible = fc.oneof(
    asks(word, 'contains', text),
    asks(word, 'not_equals', text),
    asks(word, 'in', fc.array(text, { minLength: 1, maxLength: 3 })),
    asks(age, 'greater', number),
    asks(
      age,
      'between',
      fc.tuple(number, number).map((pair) => pair.sort((a, b) => a - b)),
    ),
    asks(day, 'before', date),
    asks(day, 'equals', date),
    asks(fc.constant('created_at'), 'after', date),
    asks(day, 'within_last_days', days),
    asks(day, 'within_next_days', days),
    asks(day, 'more_than_days_ago', days),
    asks(anyName, 'exists'),
    fc.constantFrom<object>(
      { operator: 'in_segment', value: segmentId },
      { operator: 'opened', value: messageId },
      { operator: 'received' },
    ),
  )
  const senseless = fc.record({
    attribute: anyName,
    operator: fc.constantFrom(...segmentOperators),
    value: fc.oneof(text, number, date, fc.boolean(), fc.array(date, { maxLength: 2 })),
  })
  return fc
    .array(fc.oneof({ weight: 6, arbitrary: sensible }, { weight: 1, arbitrary: senseless }), {
      minLength: 1,
      maxLength: 3,
    })
    .map((list) => list.map((condition, i) => ({ number: i + 1, ...condition })))
}

export const timings = [
  undefined,
  { kind: 'local_time', at: '09:00' },
  { kind: 'local_time', at: '2026-03-29T02:30:59', late: 'send_now' },
  { kind: 'local_time', at: '9998-12-31T23:59', late: 'next_day' },
  { kind: 'local_time', at: '1970-01-01T00:00', late: 'skip' },
  { kind: 'spread', minutes: 10_080 },
  { kind: 'best_time', within_hours: 1, fallback: '00:00' },
]

export const calendars = [
  { days: ['monday', 'monday'], at: '02:30', except_dates: ['9998-12-31', '1970-01-01'] },
  { day_of_month: 31, at: '00:00', local: true },
  { days: ['sunday'], day_of_month: 1, at: '23:59' },
]

export function imports(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  const csv = fc
    .array(fc.tuple(text, text), { maxLength: 5 })
    .map((rows) => ['email,age', ...rows.map((row) => row.join(','))].join('\n'))
  const lines = fc.array(fc.record({ attributes: fc.dictionary(fc.constant('email'), text) }), {
    maxLength: 5,
  })
  return fc.oneof(
    csv,
    lines.map((items) => items.map((item) => JSON.stringify(item)).join('\n')),
    text,
  )
}
