import { type CalendarSpan, type Channel, TimeZone } from '@carillon/contract'
import type { Db } from '../../00-kernel/index.ts'
import {
  type ConsentRule,
  deletedTopic,
  readSendingRules,
  type SendingRules,
  type Target,
} from '../../30-audience/index.ts'
import type { MessageRow } from '../../50-schedule/index.ts'
import { type CalendarPeriod, calendarPeriod, reachMs } from './cap-window.ts'
import { type QuietSpell, quietSpell } from './quiet-hours.ts'
import { type CapGate, capGateOf } from './take-use.ts'

/** A workspace's rules with what their clocks were found to say, so that a zone is asked once and not a person. */
export interface RuleBook {
  rules: SendingRules
  /** The person's zone, else the device's, else the workspace's. */
  zoneOf(target: Pick<Target, 'user' | 'timezone'>): string
  /** When the quiet hours end in which a zone is now; null when it is in none. */
  quietUntilMs(zone: string, nowMs: number): number | null
  periodOf(span: CalendarSpan, zone: string, nowMs: number): CalendarPeriod
  /** Milliseconds after which a use is forgotten. */
  keepMs: number
}

/** The rules as they stand at the revision that a window was opened with. */
export type RuleBooks = (workspaceId: string, revision: number) => Promise<RuleBook>

export function createRuleBooks(db: Db): RuleBooks {
  const books = new Map<string, { revision: number; book: Promise<RuleBook> }>()
  return (workspaceId, revision) => {
    const known = books.get(workspaceId)
    if (known && known.revision >= revision) return known.book
    const book = readSendingRules(db, workspaceId).then(createRuleBook)
    const entry = { revision, book }
    book.catch(() => {
      if (books.get(workspaceId) === entry) books.delete(workspaceId)
    })
    books.set(workspaceId, entry)
    return book
  }
}

export function createRuleBook(rules: SendingRules): RuleBook {
  const spells = new Map<string, QuietSpell>()
  const periods = new Map<string, CalendarPeriod>()
  const zones = new Map<string, boolean>()
  return {
    rules,
    zoneOf: ({ user, timezone }) =>
      [user?.timezone, timezone, rules.timeZone].find((zone) => zone && isKnown(zones, zone)) ?? 'UTC',
    quietUntilMs: (zone, nowMs) => {
      const spell = kept(spells, zone, nowMs, () => quietSpell(rules.quietHours, zone, nowMs))
      return spell.isQuiet ? spell.toMs : null
    },
    periodOf: (span, zone, nowMs) =>
      kept(periods, `${span} ${zone}`, nowMs, () => calendarPeriod(span, zone, nowMs)),
    keepMs: Math.max(0, ...rules.caps.map((cap) => reachMs(cap.window))),
  }
}

/** Zones are checked as they come in, but by the ICU of that day: one that this one has lost breaks no window. */
function isKnown(known: Map<string, boolean>, zone: string): boolean {
  const found = known.get(zone) ?? TimeZone.safeParse(zone).success
  known.set(zone, found)
  return found
}

/** What was found for a span of time, as long as the clock is within it. */
function kept<T extends { fromMs: number; toMs: number }>(
  known: Map<string, T>,
  key: string,
  nowMs: number,
  find: () => T,
): T {
  const last = known.get(key)
  if (last && last.fromMs <= nowMs && nowMs < last.toMs) return last
  const found = find()
  known.set(key, found)
  return found
}

/** What the rules ask of the people of one message. */
export interface MessageGates {
  book: RuleBook
  consent: ConsentRule
  channel: Channel
  /** Null: nobody is left out of this message. */
  holdout: SendingRules['holdout'] | null
  caps: CapGate | null
  /** Null: quiet hours let this message through. */
  quietHours: SendingRules['quietHours'] | null
}

/** A silent push interrupts nobody, and a reply answers what somebody just wrote: no cap or quiet hour is about them. */
export function gatesOf(book: RuleBook, message: MessageRow): MessageGates {
  const { rules } = book
  const channel = message.channel as Channel
  const isTransactional = message.category === 'transactional'
  const name = message.topic ?? message.category
  const isSeen = !message.content.silent && !message.is_reply
  return {
    book,
    channel,
    consent: rules.topics.get(name) ?? deletedTopic(name),
    holdout: isTransactional || rules.holdout.percent === 0 ? null : rules.holdout,
    caps: isSeen && rules.caps.length > 0 ? capGateOf(cappedMessage(message), rules.caps, book.keepMs) : null,
    quietHours: isSeen && isQuietFor(rules.quietHours, channel, isTransactional) ? rules.quietHours : null,
  }
}

function cappedMessage({ seq, channel, category, priority, tags }: MessageRow) {
  const rank = category === 'transactional' ? 2 : priority === 'high' ? 1 : 0
  return { m: seq, c: channel as Channel, r: rank, ...(tags.length > 0 && { g: tags }) } as const
}

function isQuietFor(
  { enabled, channels, transactional }: SendingRules['quietHours'],
  channel: Channel,
  isTransactional: boolean,
): boolean {
  if (!enabled || (channels && !channels.includes(channel))) return false
  return !isTransactional || transactional === 'obey'
}
