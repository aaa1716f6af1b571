import { wallTime } from '@carillon/contract'
import type { Db } from '../../00-kernel/index.ts'
import type { Target } from '../../30-audience/index.ts'
import type { BatchRow } from '../../50-schedule/index.ts'
import type { PreparedMessage } from '../message-cache.ts'
import { type Ending, endingOf, type WindowEntry, type WindowResult } from '../window.ts'
import type { MessageGates } from './rule-book.ts'
import type { Settlement } from './take-use.ts'
import { type CapAsk, takeUses } from './take-uses.ts'

/** A recipient whom every gate before the caps has let through. */
export interface Passing {
  entry: WindowEntry
  target: Target
}

export interface Passage {
  db: Db
  batch: BatchRow
  message: PreparedMessage
  expiresAt: Date
  gates: MessageGates
  now: Date
  random: () => number
}

/**
 * The caps, then quiet hours: answers who goes on now. Each of those holds a use from here on; whoever is held for
 * quiet hours holds none, and stands at the caps again when they are over.
 */
export async function passPeople(
  result: WindowResult,
  passage: Passage,
  people: readonly Passing[],
): Promise<readonly Passing[]> {
  const { gates, now, message, random } = passage
  if (!gates.caps && !gates.quietHours) return people
  const isDryRun = message.row.dry_run
  const quiet = people.map(({ target }) => quietUntilMs(gates, target, now))
  const ended = await askCaps(passage, people, (i) => isDryRun || quiet[i] !== null)
  // One draw for the window: those who wait together come back together.
  const slot = random()
  return people.filter((each, i) => {
    const cap = ended.get(each.entry.ordinal)
    const untilMs = quiet[i] ?? null
    if (cap) result.endings.push(excluded(each, 'capped', cap.name))
    else if (untilMs !== null) quieten(result, passage, each, { untilMs, slot })
    return !cap && untilMs === null
  })
}

function quietUntilMs({ quietHours, book }: MessageGates, target: Target, now: Date): number | null {
  return quietHours && book.quietUntilMs(book.zoneOf(target), now.getTime())
}

/** A device that nobody has signed in on has no caps: a use is a person's. */
async function askCaps(
  { db, gates: { caps, book }, message, now }: Passage,
  people: readonly Passing[],
  isPeek: (i: number) => boolean,
) {
  if (!caps) return new Map<number, { name: string }>()
  const asks: CapAsk[] = []
  for (const [i, { entry, target }] of people.entries()) {
    const { user_id: userId } = target
    if (userId) asks.push({ userId, ordinal: entry.ordinal, zone: book.zoneOf(target), isPeek: isPeek(i) })
  }
  return takeUses(db, { workspaceId: message.row.workspace_id, gate: caps, book, nowMs: now.getTime() }, asks)
}

/** Held until they end, or ended. A dry run waits for nothing: it says what would be held. */
function quieten(
  result: WindowResult,
  { gates, batch, message, expiresAt }: Passage,
  { entry, target }: Passing,
  { untilMs, slot }: { untilMs: number; slot: number },
): void {
  const { action = 'drop', release_minutes: minutes = 0 } = gates.quietHours ?? {}
  const zone = gates.book.zoneOf(target)
  const clock = wallTime(new Date(untilMs), zone).slice(11)
  const dueAt = new Date(untilMs + Math.floor(slot * minutes) * 60_000)
  if (action === 'drop' || dueAt >= expiresAt) {
    const detail = action === 'drop' ? `until ${clock} in ${zone}` : `expires before ${clock} in ${zone}`
    result.endings.push(excluded({ entry, target }, 'quiet_hours', detail))
  } else if (message.row.dry_run) {
    result.endings.push(excluded({ entry, target }, 'dry_run', `would be held until ${clock} in ${zone}`))
  } else {
    const { ordinal, subscriptionId, userId } = entry
    const { attempt, environment } = batch
    const held = { ordinal, subscriptionId, userId }
    result.retries.push({ entry: held, dueAt, attempt, environment, failure: 'quiet_hours', code: null })
  }
}

function excluded({ entry, target }: Passing, reason: Ending['reason'], detail: string): Ending {
  return endingOf(entry, 'excluded', reason, { userId: target.user_id, detail })
}

/** Whether deliveries of a batch may hold uses from before: they were tried, or their window broke off. */
export function mayHoldUses({ fence, attempt, last_failure }: BatchRow): boolean {
  return fence > 1 || attempt > 1 || last_failure !== null
}

/** What becomes of the uses of a window, by the ordinals that may hold one and whose it is. */
export function settlementsOf(result: WindowResult, holders: ReadonlyMap<number, string>): Settlement[] {
  const settle = (ordinal: number, to: Settlement['to']) => {
    const userId = holders.get(ordinal)
    return userId === undefined ? [] : [{ userId, ordinal, to }]
  }
  return [
    ...result.endings
      .filter(({ outcome }) => outcome !== 'sent')
      .flatMap(({ ordinal }) => settle(ordinal, 'released')),
    ...result.retries.flatMap(({ entry, failure }) =>
      settle(entry.ordinal, failure === 'quiet_hours' ? 'released' : 'waiting'),
    ),
  ]
}
