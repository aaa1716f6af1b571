import type { Cap, CapWindow } from '@carillon/contract'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { calendarPeriod, countsAfterMs, reachMs } from './cap-window.ts'
import { type CappedMessage, capGateOf, settleUse, takeUse } from './take-use.ts'
import { type CapUse, fromLines, toLines } from './use-lines.ts'

const hourMs = 3_600_000
const zone = 'Europe/Berlin'
const noon = Date.parse('2026-11-21T12:00:00Z')

function capOf(limit: number, window: CapWindow, more: Partial<Cap> = {}): Cap {
  return {
    id: 'c',
    name: `${limit} per ${window.unit}`,
    limit,
    window,
    scope: { kind: 'all' },
    counts_transactional: false,
    binds_transactional: false,
    displaces: true,
    created_at: '',
    updated_at: '',
    ...more,
  }
}

const rolling = (length: number, unit: 'minutes' | 'hours' | 'days'): CapWindow => ({
  kind: 'rolling',
  length,
  unit,
})

const message = (m: number, r: CappedMessage['r'] = 0, more: Partial<CappedMessage> = {}): CappedMessage => ({
  m,
  r,
  c: 'push',
  ...more,
})

const turnAt = (nowMs: number, ordinal = 0) => ({
  ordinal,
  nowMs,
  periodOf: (span: 'day' | 'week' | 'month') => calendarPeriod(span, zone, nowMs),
})

/** What a person has after the delivery, or the name of the cap at which it ends. */
function ask(uses: readonly CapUse[], of: CappedMessage, caps: readonly Cap[], nowMs = noon, ordinal = 0) {
  const gate = capGateOf(of, caps, Math.max(...caps.map((cap) => reachMs(cap.window))))
  if (!gate) return [...uses]
  const taken = takeUse(uses, gate, turnAt(nowMs, ordinal))
  return 'endsAt' in taken ? taken.endsAt.name : taken.uses
}

const uses = (asked: CapUse[] | string) => asked as CapUse[]
const hourly = capOf(1, rolling(1, 'hours'))

test('a rolling window lets the next message through once the last is as old as the window', () => {
  const held = uses(ask([], message(1), [hourly]))
  expect(ask(held, message(2), [hourly], noon + hourMs - 1)).toBe('1 per hours')
  expect(uses(ask(held, message(2), [hourly], noon + hourMs)).map(({ m }) => m)).toEqual([2])
})

test.each([
  ['day', '2026-11-21T22:59:59Z', '2026-11-21T23:00:00Z'],
  ['week', '2026-11-22T22:59:59Z', '2026-11-22T23:00:00Z'],
  ['month', '2026-11-30T22:59:59Z', '2026-11-30T23:00:00Z'],
] as const)('a calendar %s begins at midnight where the person is', (unit, last, next) => {
  const cap = capOf(1, { kind: 'calendar', unit })
  const held = uses(ask([], message(1), [cap]))
  expect(ask(held, message(2), [cap], Date.parse(last))).toBe(`1 per ${unit}`)
  expect(ask(held, message(2), [cap], Date.parse(next))).toHaveLength(2)
})

test('a message counts once for a person with several devices, and on every attempt', () => {
  const phone = uses(ask([], message(1), [hourly], noon, 4))
  const both = uses(ask(phone, message(1), [hourly], noon + 1, 7))
  expect(both).toEqual([{ m: 1, r: 0, c: 'push', at: noon + 1, o: [4, 7] }])
  expect(ask(both, message(1), [hourly], noon + 2, 4)).toHaveLength(1)
})

test('a use goes with the last of its deliveries that did not send', () => {
  const both = uses(ask(uses(ask([], message(1), [hourly], noon, 4)), message(1), [hourly], noon, 7))
  const one = settleUse(both, 1, { userId: 'u', ordinal: 4, to: 'released' })
  expect(one?.[0]?.o).toEqual([7])
  expect(settleUse(one ?? [], 1, { userId: 'u', ordinal: 7, to: 'released' })).toEqual([])
  expect(settleUse(both, 2, { userId: 'u', ordinal: 4, to: 'released' })).toBeNull()
})

test('a message of higher rank takes the place of one that waits, never of one that is on the wire or was sent', () => {
  const onTheWire = uses(ask([], message(1), [hourly], noon, 4))
  expect(ask(onTheWire, message(2, 1), [hourly], noon + 1)).toBe('1 per hours')
  const waiting = settleUse(onTheWire, 1, { userId: 'u', ordinal: 4, to: 'waiting' }) ?? []
  expect(ask(waiting, message(2, 0), [hourly], noon + 1)).toBe('1 per hours')
  const displaced = uses(ask(waiting, message(2, 1), [hourly], noon + 1))
  expect(displaced.map(({ m }) => m)).toEqual([2])
  // The displaced one finds its place taken when its turn comes.
  expect(ask(displaced, message(1), [hourly], noon + 2, 4)).toBe('1 per hours')
  expect(ask(waiting, message(2, 1), [{ ...hourly, displaces: false }], noon + 1)).toBe('1 per hours')
  // One phone got it, the other waits.
  const half = settleUse(uses(ask(onTheWire, message(1), [hourly], noon, 5)), 1, {
    userId: 'u',
    ordinal: 5,
    to: 'waiting',
  })
  expect(ask(half ?? [], message(2, 1), [hourly], noon + 1)).toBe('1 per hours')
})

test('transactional messages neither count nor end at a cap, unless it says so', () => {
  const full = uses(ask([], message(1), [hourly]))
  expect(ask(full, message(2, 2), [hourly])).toEqual(full)
  const counting = { ...hourly, counts_transactional: true }
  expect(ask(full, message(2, 2), [counting])).toHaveLength(2)
  expect(ask(uses(ask([], message(2, 2), [counting])), message(1), [counting])).toBe('1 per hours')
  expect(ask(full, message(2, 2), [{ ...hourly, binds_transactional: true }])).toBe('1 per hours')
})

test('a cap of a tag or a channel lets all others through and does not count them', () => {
  const promos = capOf(1, rolling(1, 'hours'), { scope: { kind: 'tag', tag: 'promo' } })
  const sms = capOf(1, rolling(1, 'hours'), { scope: { kind: 'channel', channel: 'sms' } })
  const promo = { g: ['promo'] }
  const first = uses(ask([], message(1, 0, promo), [promos, sms]))
  expect(ask(first, message(2, 0, promo), [promos, sms])).toBe('1 per hours')
  expect(ask(first, message(3), [promos, sms])).toEqual(first)
  expect(ask(first, message(4, 0, { c: 'sms' }), [promos, sms])).toHaveLength(2)
})

/** A life of up to 400 days: messages that are taken, and then sent, fail or wait, each with up to two devices. */
const caps = fc.array(
  fc.record({
    limit: fc.integer({ min: 1, max: 3 }),
    window: fc.oneof(
      fc.constantFrom(rolling(45, 'minutes'), rolling(6, 'hours'), rolling(3, 'days')),
      fc.constantFrom('day', 'week', 'month').map((unit) => ({ kind: 'calendar', unit }) as CapWindow),
    ),
    scope: fc.constantFrom<Cap['scope']>(
      { kind: 'all' },
      { kind: 'tag', tag: 'promo' },
      { kind: 'channel', channel: 'sms' },
    ),
    counts_transactional: fc.boolean(),
    binds_transactional: fc.boolean(),
    displaces: fc.boolean(),
  }),
  { minLength: 1, maxLength: 3 },
)
const messages = fc.array(
  fc.record({
    r: fc.constantFrom(0 as const, 0 as const, 1 as const, 2 as const),
    c: fc.constantFrom('push' as const, 'sms' as const),
    g: fc.constantFrom<string[] | undefined>(undefined, ['promo']),
  }),
  { minLength: 2, maxLength: 8 },
)
const steps = fc.array(
  fc.record({
    gapMs: fc.oneof(fc.nat(2 * hourMs), fc.nat(40 * hourMs), fc.nat(20 * 24 * hourMs)),
    message: fc.nat(7),
    device: fc.nat(1),
    fate: fc.constantFrom('sent', 'sent', 'released', 'waiting', 'in flight'),
  }),
  { minLength: 5, maxLength: 60 },
)

test('nobody ever gets more than a cap allows, and nothing ends at a cap that has room', () => {
  fc.assert(
    fc.property(caps, messages, steps, (someCaps, someMessages, life) => {
      const all = someCaps.map((cap, i) => capOf(cap.limit, cap.window, { ...cap, name: `cap ${i}` }))
      const keepMs = Math.max(...all.map((cap) => reachMs(cap.window)))
      const isInScope = ({ scope }: Cap, { c, g }: CappedMessage) =>
        scope.kind === 'all' || (scope.kind === 'tag' ? g?.includes(scope.tag) : scope.channel === c)
      let held: readonly CapUse[] = []
      let nowMs = Date.parse('2026-01-01T00:00:00Z')
      const ended = new Set<string>()
      const sends: { of: CappedMessage; atMs: number }[] = []
      const onTheWire: { of: CappedMessage; ordinal: number; atMs: number }[] = []
      for (const { gapMs, message: n, device, fate } of life) {
        nowMs += gapMs
        // Whatever was on the wire has arrived meanwhile, and counts from when it left.
        sends.push(...onTheWire.splice(0))
        const seq = n % someMessages.length
        const of = { m: seq, ...(someMessages[seq] as (typeof someMessages)[number]) }
        if (ended.has(`${seq}:${device}`)) continue
        const gate = capGateOf(of, all, keepMs)
        const turn = turnAt(nowMs, device)
        const taken = gate ? takeUse(held, gate, turn) : { uses: [...held] }
        if ('endsAt' in taken) {
          const after = countsAfterMs(taken.endsAt.window, turn)
          const counted = held.filter(
            (use) =>
              use.m !== seq &&
              use.at > after &&
              isInScope(taken.endsAt, use) &&
              (use.r < 2 || taken.endsAt.counts_transactional),
          )
          expect(counted.length).toBeGreaterThanOrEqual(taken.endsAt.limit)
          held = settleUse(held, seq, { userId: 'u', ordinal: device, to: 'released' }) ?? held
          ended.add(`${seq}:${device}`)
          continue
        }
        held = taken.uses
        if (fate === 'sent' || fate === 'in flight') {
          ended.add(`${seq}:${device}`)
          if (fate === 'in flight') onTheWire.push({ of, ordinal: device, atMs: nowMs })
          else sends.push({ of, atMs: nowMs })
        } else {
          held = settleUse(held, seq, { userId: 'u', ordinal: device, to: fate }) ?? held
          if (fate === 'released') ended.add(`${seq}:${device}`)
        }
        for (const cap of all) {
          const isBound = isInScope(cap, of) && (of.r < 2 || cap.binds_transactional)
          if (!isBound || (fate !== 'sent' && fate !== 'in flight')) continue
          const after = countsAfterMs(cap.window, turn)
          const others = new Set(
            [...sends, ...onTheWire]
              .filter(
                (send) =>
                  send.of.m !== seq &&
                  send.atMs > after &&
                  isInScope(cap, send.of) &&
                  (send.of.r < 2 || cap.counts_transactional),
              )
              .map((send) => send.of.m),
          )
          expect(others.size + 1).toBeLessThanOrEqual(cap.limit)
        }
        expect(fromLines(toLines(held))).toEqual(held.map((use) => JSON.parse(JSON.stringify(use))))
      }
    }),
    { numRuns: 500 },
  )
})
