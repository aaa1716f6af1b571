import type { LoggedEvent } from '@carillon/contract'
import { type Db, newId, type Vault } from '../../00-kernel/index.ts'
import { type EventRow, readEvents, readHead } from '../log/event-log.ts'
import { type ShowDeps, showEvents } from '../log/show-events.ts'
import { failingMs, holdMs, retryWaitMs } from './retry-schedule.ts'
import { secretsOf } from './secrets.ts'
import { type Progress, readRetries, saveProgress, type WebhookRow } from './store.ts'
import type { Attempted, WebhookSender } from './webhook-sender.ts'

/** Events held in memory for one webhook. With 250 deliveries each they are half a megabyte. */
const pageSize = 10
/** Attempts are saved at least this often, so that a crash repeats little. */
const saveMs = 1_000
/** Longer than two time limits, one to connect and one to answer: meanwhile nothing is saved. */
export const leaseMs = 60_000
/** Failures in a row before "nothing got through for days" is more than one late attempt. */
const failuresToDisable = 10

export interface WorkDeps extends ShowDeps {
  db: Db
  vault: Vault
  sender: WebhookSender
  random: () => number
  signal: AbortSignal
}

/**
 * Sends a leased webhook what is due: first what failed before, then what is new, one at a time and in the order of
 * the log. What fails waits for its turn and holds up nothing behind it, until so much fails in a row that the
 * webhook is held.
 */
export async function workWebhook(deps: WorkDeps, webhook: WebhookRow): Promise<void> {
  const secrets = secretsOf(deps.vault, webhook, deps.now())
  if (!secrets) return disableUnreadable(deps, webhook)
  const work = openWork(deps, webhook, secrets)
  for (;;) {
    const { items, scannedTo } = await nextItems(deps, webhook, work.position())
    const shown = await showEvents(
      deps.db,
      deps,
      items.map(({ row }) => row),
    )
    for (const [i, item] of items.entries()) {
      if (deps.signal.aborted || work.isOver()) return work.end()
      await work.send(item, shown[i] as LoggedEvent)
      if (work.isUnsaved() && !(await work.save())) return
    }
    work.reach(scannedTo)
    // Before the next look, which would find what was sent again just now still waiting.
    if (items.length > 0 && !(await work.save())) return
    if (items.length === 0 || work.isOver()) return work.end()
  }
}

interface Item {
  row: EventRow
  /** Before this one; 0 for a new event and a replay. */
  attempts: number
  firstAt: Date
  /** When it was due again; null for a new event. */
  wasDueAt: Date | null
}

async function nextItems(
  { db, now }: WorkDeps,
  { id, workspace_id, types }: WebhookRow,
  after: number,
): Promise<{ items: Item[]; scannedTo: number }> {
  const retries = await readRetries(db, id, { now: now(), limit: pageSize })
  const again = retries.map((row) => ({
    row,
    attempts: row.attempts,
    firstAt: row.first_at,
    wasDueAt: row.due_at,
  }))
  if (again.length === pageSize) return { items: again, scannedTo: after }
  const upTo = await readHead(db)
  const limit = pageSize - again.length
  const rows = await readEvents(db, workspace_id, { after, upTo, types, limit })
  const fresh = rows.map((row) => ({ row, attempts: 0, firstAt: now(), wasDueAt: null }))
  return {
    items: [...again, ...fresh],
    scannedTo: rows.length < limit ? upTo : (rows.at(-1)?.position ?? after),
  }
}

/** Nothing is sent unsigned, nor tried as long as nobody enters what is missing. */
async function disableUnreadable({ db, now }: WorkDeps, webhook: WebhookRow): Promise<void> {
  const disabled = {
    reason: 'secret_unreadable',
    detail: 'Its secret was sealed with another SECRET_KEY; rotate it, then enable the webhook.',
  } as const
  await saveProgress(
    db,
    webhook,
    { ...stateOf(webhook), ...noneUnsaved(), disabled, leaseUntil: null },
    now(),
  )
}

function stateOf(webhook: WebhookRow) {
  return {
    position: webhook.position,
    failures: webhook.failures,
    failingSince: webhook.failing_since,
    // A webhook is claimed once its hold has ended.
    heldUntil: null as Date | null,
    lastSuccessAt: webhook.last_success_at,
    disabled: null as Progress['disabled'],
  }
}

/** One webhook's state while a worker has its lease. */
function openWork(deps: WorkDeps, webhook: WebhookRow, secrets: [string, ...string[]]) {
  let state = stateOf(webhook)
  let unsaved = noneUnsaved()
  let savedAt = performance.now()

  async function send(
    { row, attempts, firstAt, wasDueAt }: Item,
    { id, type, timestamp, data }: LoggedEvent,
  ) {
    const body = JSON.stringify({ type, timestamp, data })
    const at = deps.now()
    const attemptId = newId(at.getTime())
    const attempted = await deps.sender.post({ url: webhook.url, secrets, id, body })
    const attempt = attempts + 1
    const nextAt = judge(attempted, attempt)
    unsaved.attempts.push(
      attemptRow({ id: attemptId, webhookId: webhook.id, eventId: id, type, attempt, at, attempted, nextAt }),
    )
    const tried = { position: row.position, wasDueAt }
    if (nextAt) unsaved.retries.push({ ...tried, attempts: attempt, firstAt, dueAt: nextAt })
    else if (wasDueAt) unsaved.done.push(tried)
    if (!wasDueAt) state.position = row.position
  }

  /** Changes how the webhook fares, and says when the event is tried again. */
  function judge(attempted: Attempted, attempt: number): Date | null {
    const now = deps.now()
    if (attempted.succeeded) {
      state = { ...state, failures: 0, failingSince: null, heldUntil: null, lastSuccessAt: now }
      return null
    }
    const failures = state.failures + 1
    const failingSince = state.failingSince ?? now
    const askedMs = attempted.retryAfterMs ?? 0
    const restMs = Math.max(holdMs(failures), askedMs)
    const heldUntil = restMs > 0 ? new Date(now.getTime() + restMs) : null
    state = { ...state, failures, failingSince, heldUntil, disabled: reasonToDisable(attempted, now) }
    const waitMs = retryWaitMs(attempt, deps.random)
    return waitMs === null ? null : new Date(now.getTime() + Math.max(waitMs, askedMs))

    function reasonToDisable({ status, failure }: Attempted, now: Date): Progress['disabled'] {
      if (status === 410) return { reason: 'gone', detail: 'The receiver answered 410 Gone.' }
      if (failures < failuresToDisable || now.getTime() - failingSince.getTime() < failingMs) return null
      const last = status === null ? failure : `status ${status}`
      return {
        reason: 'failing',
        detail: `Nothing got through since ${failingSince.toISOString()}; last: ${last}.`,
      }
    }
  }

  const isOver = () => state.disabled !== null || state.heldUntil !== null

  function isUnsaved(): boolean {
    if (unsaved.attempts.length === 0) return false
    return unsaved.retries.length > 0 || isOver() || performance.now() - savedAt >= saveMs
  }

  async function save(leaseUntil: Date | null = new Date(deps.now().getTime() + leaseMs)): Promise<boolean> {
    const saving = unsaved
    unsaved = noneUnsaved()
    savedAt = performance.now()
    return saveProgress(deps.db, webhook, { ...state, ...saving, leaseUntil }, deps.now())
  }

  return {
    send,
    save,
    isOver,
    isUnsaved,
    position: () => state.position,
    /** What is before it is sent, waits in line, or is not wanted. */
    reach: (position: number) => {
      state.position = Math.max(state.position, position)
    },
    end: async () => void (await save(null)),
  }
}

function noneUnsaved() {
  return {
    attempts: [] as Progress['attempts'][number][],
    retries: [] as Progress['retries'][number][],
    done: [] as Progress['done'][number][],
  }
}

interface Tried {
  /** Made before the attempt, so that attempts are listed in the order in which they began. */
  id: string
  webhookId: string
  eventId: string
  type: string
  attempt: number
  at: Date
  attempted: Attempted
  nextAt: Date | null
}

export function attemptRow({ id, webhookId, eventId, type, attempt, at, attempted, nextAt }: Tried) {
  return {
    id,
    webhook_id: webhookId,
    event_id: eventId,
    type,
    attempt,
    at,
    succeeded: attempted.succeeded,
    status: attempted.status,
    failure: attempted.failure,
    duration_ms: attempted.durationMs,
    answer: attempted.answer,
    next_at: nextAt,
  }
}
