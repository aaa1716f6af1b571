import type { Cap } from '@carillon/contract'
import type { Db } from '../../00-kernel/index.ts'
import type { RuleBook } from './rule-book.ts'
import { type Keeping, startUses, type UsesChange, type UsesRow, writeUses } from './store.ts'
import { type CapGate, takeUse } from './take-use.ts'

/** One delivery that stands at the caps. */
export interface CapAsk {
  userId: string
  ordinal: number
  /** Whose calendar counts. */
  zone: string
  /** Only asks: nothing is sent now. */
  isPeek: boolean
}

/** Rounds in which somebody else may be quicker, each time for a person of whom both want a use. */
const mostRounds = 1_000

/**
 * Takes uses for a window's deliveries and answers which of them end, and at which cap. When this returns they are
 * committed: no other dispatcher takes the same place, whatever becomes of this one.
 */
export async function takeUses(
  db: Db,
  rules: { workspaceId: string; gate: CapGate; book: RuleBook; nowMs: number },
  asks: readonly CapAsk[],
): Promise<Map<number, Cap>> {
  const { workspaceId, gate, nowMs } = rules
  const keeping: Keeping = { workspaceId, keptUntil: new Date(nowMs + gate.keepMs) }
  const ended = new Map<number, Cap>()
  let open = Map.groupBy(asks, ({ userId }) => userId)
  for (let round = 0; open.size > 0; round++) {
    if (round === mostRounds) throw new Error('The uses of some people change faster than they can be taken.')
    const starts = [...open].map(([userId, own]) => ({
      userId,
      uses: decide(rules, nothing, own, ended)?.uses ?? null,
    }))
    const known = await startUses(db, keeping, starts)
    const changes: UsesChange[] = []
    const overtaken: string[] = []
    for (const [userId, row] of known) {
      const change = row && decide(rules, row, open.get(userId) ?? [], ended)
      if (change) changes.push(change)
      if (!row) overtaken.push(userId)
    }
    if (changes.length > 0) overtaken.push(...(await writeUses(db, keeping, changes)))
    open = new Map(overtaken.map((userId) => [userId, open.get(userId) ?? []]))
  }
  return ended
}

const nothing: UsesRow = { uses: [], version: 0 }

/** For one person, device by device. Null when nothing changes. */
function decide(
  { gate, book, nowMs }: { gate: CapGate; book: RuleBook; nowMs: number },
  { uses: before, version }: UsesRow,
  asks: readonly CapAsk[],
  ended: Map<number, Cap>,
): UsesChange | null {
  let uses = before
  for (const { ordinal, zone, isPeek } of asks) {
    const turn = {
      ordinal,
      nowMs,
      periodOf: (span: Parameters<RuleBook['periodOf']>[0]) => book.periodOf(span, zone, nowMs),
    }
    const taken = takeUse(uses, gate, turn)
    // An earlier round may have come to another end.
    ended.delete(ordinal)
    if ('endsAt' in taken) ended.set(ordinal, taken.endsAt)
    else if (!isPeek) uses = taken.uses
  }
  const userId = asks[0]?.userId
  if (userId === undefined || uses === before || (!gate.isCounted && uses.length === before.length))
    return null
  return { userId, uses, version }
}
