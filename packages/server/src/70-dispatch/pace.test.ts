import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../00-kernel/index.ts'
import type { BatchRow } from '../50-schedule/index.ts'
import { openTestStore } from '../testing/test-store.ts'
import { openTurn, takeTurn } from './pace.ts'

const minuteMs = 60_000
let store: Awaited<ReturnType<typeof openTestStore>>
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store?.[Symbol.asyncDispose]())

interface Open {
  n: number
  openedMs: number
}

/** A worker's window ends, breaks off, or a later claim takes the batch over, each after some time. */
const steps = fc.array(
  fc.record({
    batch: fc.integer({ min: 1, max: 4 }),
    passMs: fc.integer({ min: 0, max: 40_000 }),
    isClaimedAnew: fc.boolean(),
    handedShare: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  { minLength: 10, maxLength: 40 },
)

test('however windows overlap, drag on and break off, no minute holds more than its share', async () => {
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 100 }), async (life, perMinute) => {
      const pace = { key: newId(), perMinute }
      const fences = new Map<number, number>()
      const open = new Map<number, Open>()
      /** When deliveries may have reached the provider: at any time from opening to end. */
      const spans: { n: number; fromMs: number; toMs: number }[] = []
      let nowMs = Date.UTC(2026, 0, 1)
      for (const { batch: id, passMs, isClaimedAnew, handedShare } of life) {
        nowMs += passMs
        const before = open.get(id)
        if (isClaimedAnew || !fences.has(id)) fences.set(id, (fences.get(id) ?? 0) + 1)
        // Of a window that broke off, any part may have been handed over.
        const handed = before && !isClaimedAnew ? Math.round(before.n * handedShare) : 0
        if (before) spans.push({ n: isClaimedAnew ? before.n : handed, fromMs: before.openedMs, toMs: nowMs })
        open.delete(id)
        const batch = { id, fence: fences.get(id) } as BatchRow
        const now = new Date(nowMs)
        const { most, again } = await store.db.transaction().execute(async (tx) => {
          const turn = await takeTurn(tx, pace, batch, { handed, now })
          if (turn.most > 0) await openTurn(tx, pace, batch, { n: turn.most, now })
          return turn
        })
        expect(most > 0 || (again !== null && again > now)).toBe(true)
        if (most > 0) open.set(id, { n: most, openedMs: nowMs })
      }
      for (const { n, openedMs } of open.values()) spans.push({ n, fromMs: openedMs, toMs: nowMs })
      // The worst minute: one that begins with the end of a window, when all of it may have gone.
      for (const { toMs } of spans) {
        const inMinute = spans.filter((span) => span.toMs >= toMs && span.fromMs < toMs + minuteMs)
        expect(inMinute.reduce((sum, { n }) => sum + n, 0)).toBeLessThanOrEqual(perMinute)
      }
    }),
    { numRuns: 40 },
  )
})

test('what is long over is not kept', async () => {
  const pace = { key: newId(), perMinute: 10 }
  const take = (ms: number) =>
    store.db
      .transaction()
      .execute((tx) => takeTurn(tx, pace, { id: 9, fence: 1 } as BatchRow, { handed: 1, now: new Date(ms) }))
  await take(Date.UTC(2027, 0, 1))
  await take(Date.UTC(2027, 0, 2))
  const { rows } = await sql`select from paced_windows where done_at is not null`.execute(store.db)
  expect(rows).toEqual([])
})
