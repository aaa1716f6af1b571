import type { MessageTiming } from '@carillon/contract'
import type { Db, Tx } from '../../../00-kernel/index.ts'
import { getSettings, readOpenHours, usableZone } from '../../../30-audience/index.ts'
import { bestDue, comingDay } from './best-due.ts'
import { localDue, nextTimeOfDay } from './local-due.ts'
import { spreadDue } from './spread-due.ts'
import { isDated } from './timing-span.ts'

/** Of a line of an audience, what decides when its turn is. */
export interface Timed {
  /** The person, also where the message is meant for the device. */
  owner_id: string | null
  /** The person's zone, else the device's. */
  zone: string | null
}

/** A line with its turn; null when that has passed for good. */
export type Placed<Line> = Line & { due_at: Date | null }

/** What spreading keeps from the first step of freezing to the last. */
export interface SpreadBegun {
  beganAt: string
  total: number
}

interface TimedMessage {
  workspace_id: string
  delivery: MessageTiming | null
  created_at: Date
  start_at: Date
  /** Recipients before this step. */
  targeted: number
}

/** Gives every line of a step of freezing its turn; the same line gets the same, whenever it is asked. */
export async function placeInTime<Line extends Timed>(
  db: Db | Tx,
  message: TimedMessage,
  lines: readonly Line[],
  { now, spread }: { now: Date; spread: SpreadBegun | null },
): Promise<Placed<Line>[]> {
  const dueOf = await planOf(db, message, lines, { now, spread })
  return lines.map((line, i) => ({ ...line, due_at: dueOf(line, i) }))
}

type DueOf = (line: Timed, i: number) => Date | null

async function planOf(
  db: Db | Tx,
  message: TimedMessage,
  lines: readonly Timed[],
  { now, spread }: { now: Date; spread: SpreadBegun | null },
): Promise<DueOf> {
  const { delivery: timing, targeted } = message
  switch (timing?.kind) {
    case undefined:
      return () => now
    case 'spread': {
      const { beganAt, total } = spread ?? { beganAt: now.toISOString(), total: lines.length }
      const over = { beganAt: new Date(beganAt), minutes: timing.minutes, total: Math.max(1, total) }
      return (_, i) => spreadDue(targeted + i, over)
    }
    case 'local_time':
      return planLocal(timing, message, await workspaceZone(db, message))
    case 'best_time':
      return planBest(db, timing, message, { lines, now })
  }
}

/** Recipients of one zone share a moment: it is found once. */
function planLocal(
  { at, late }: Extract<MessageTiming, { kind: 'local_time' }>,
  { created_at: acceptedAt, start_at }: TimedMessage,
  fallbackZone: string,
): DueOf {
  const dueIn = remember((zone) =>
    isDated(at) ? localDue(at, { zone, acceptedAt, late }) : nextTimeOfDay(at, zone, start_at),
  )
  return ({ zone }) => dueIn(usableZone(zone, fallbackZone))
}

async function planBest(
  db: Db | Tx,
  { within_hours: withinHours, fallback }: Extract<MessageTiming, { kind: 'best_time' }>,
  message: TimedMessage,
  { lines, now }: { lines: readonly Timed[]; now: Date },
): Promise<DueOf> {
  const people = [...new Set(lines.map(({ owner_id }) => owner_id))].filter((id) => id !== null)
  const opens = await readOpenHours(db, people, now)
  const fallbackZone = await workspaceZone(db, message)
  const best = { startAt: message.start_at, withinHours, fallback }
  const dayIn = remember((zone) => comingDay(zone, best))
  return ({ owner_id, zone: own }) => {
    const day = dayIn(usableZone(own, fallbackZone))
    return bestDue((owner_id && opens.get(owner_id)) || [], day)
  }
}

async function workspaceZone(db: Db | Tx, { workspace_id }: TimedMessage): Promise<string> {
  return (await getSettings(db, workspace_id)).timeZone
}

function remember<T>(find: (zone: string) => T): (zone: string) => T {
  const found = new Map<string, T>()
  return (zone) => {
    const known = found.get(zone)
    if (known !== undefined || found.has(zone)) return known as T
    const answer = find(zone)
    found.set(zone, answer)
    return answer
  }
}
