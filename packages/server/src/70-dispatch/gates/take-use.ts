import type { CalendarSpan, Cap } from '@carillon/contract'
import { type CalendarPeriod, countsAfterMs } from './cap-window.ts'
import type { CapUse } from './use-lines.ts'

/** A message as caps see it: a use without its time and its deliveries. */
export type CappedMessage = Pick<CapUse, 'm' | 'c' | 'r' | 'g'>

/** The caps that have a say about one message. */
export interface CapGate {
  message: CappedMessage
  /** Where it may end, in the order in which they are asked. */
  binding: readonly Cap[]
  /** Whether it counts towards any cap, so that a use is kept of it. */
  isCounted: boolean
  /** A use older than this is nobody's business any more. */
  keepMs: number
}

const transactional = 2

/** Null when no cap has anything to do with the message. */
export function capGateOf(message: CappedMessage, caps: readonly Cap[], keepMs: number): CapGate | null {
  const isBound = (cap: Cap) => message.r < transactional || cap.binds_transactional
  const binding = caps.filter((cap) => isInScope(cap, message) && isBound(cap))
  const isCounted = caps.some((cap) => counts(cap, message))
  return binding.length === 0 && !isCounted ? null : { message, binding, isCounted, keepMs }
}

function counts(cap: Cap, message: CappedMessage): boolean {
  return isInScope(cap, message) && (message.r < transactional || cap.counts_transactional)
}

function isInScope({ scope }: Cap, { c, g }: CappedMessage): boolean {
  switch (scope.kind) {
    case 'all':
      return true
    case 'channel':
      return scope.channel === c
    case 'tag':
      return g?.includes(scope.tag) ?? false
  }
}

/** One delivery's turn, on the calendar of whom it is for. */
export interface Turn {
  ordinal: number
  nowMs: number
  periodOf: (span: CalendarSpan) => CalendarPeriod
}

/**
 * Takes a use for one delivery out of what a person has, or names the cap at which it ends. A message has one use
 * per person, whatever the number of devices and attempts: its own is never counted against it, and is renewed. A
 * message of higher rank takes the places of those that wait for another attempt: lowest rank first, then newest.
 */
export function takeUse(
  uses: readonly CapUse[],
  { message, binding, isCounted, keepMs }: CapGate,
  turn: Turn,
): { uses: CapUse[] } | { endsAt: Cap } {
  const { ordinal, nowMs } = turn
  const own = uses.find((use) => use.m === message.m)
  let others = uses.filter((use) => use.m !== message.m && use.at > nowMs - keepMs)
  for (const cap of binding) {
    const after = countsAfterMs(cap.window, turn)
    const counted = others.filter((use) => use.at > after && counts(cap, use))
    const tooMany = counted.length + 1 - cap.limit
    if (tooMany <= 0) continue
    const giving = cap.displaces ? counted.filter((use) => givesWay(use, message)) : []
    if (giving.length < tooMany) return { endsAt: cap }
    const gone = new Set(giving.sort((a, b) => a.r - b.r || b.at - a.at).slice(0, tooMany))
    others = others.filter((use) => !gone.has(use))
  }
  if (!isCounted) return { uses: others }
  const held = [...new Set([...(own?.o ?? []), ordinal])]
  const waiting = own?.w?.filter((each) => each !== ordinal) ?? []
  const at = Math.max(nowMs, own?.at ?? 0)
  return { uses: [...others, { ...message, at, o: held, ...(waiting.length > 0 && { w: waiting }) }] }
}

/** Nothing of it is on the wire or arrived: all its deliveries wait. */
function givesWay({ r, o, w }: CapUse, by: CappedMessage): boolean {
  return r < by.r && o.every((ordinal) => w?.includes(ordinal))
}

/** What becomes of a use when a delivery that holds it did not send. */
export interface Settlement {
  userId: string
  ordinal: number
  to: 'released' | 'waiting'
}

/** Null when that changes nothing. */
export function settleUse(
  uses: readonly CapUse[],
  messageSeq: number,
  { ordinal, to }: Settlement,
): CapUse[] | null {
  const own = uses.find((use) => use.m === messageSeq)
  if (!own?.o.includes(ordinal)) return null
  const others = uses.filter((use) => use !== own)
  const { w: waiting = [], ...use } = own
  const without = waiting.filter((each) => each !== ordinal)
  if (to === 'waiting') return [...others, { ...use, w: [...without, ordinal] }]
  const held = own.o.filter((each) => each !== ordinal)
  if (held.length === 0) return others
  return [...others, { ...use, o: held, ...(without.length > 0 && { w: without }) }]
}
