import type { Cap, Message, QuietHours } from '@carillon/contract'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClock, openStage, type Stage } from './stage.ts'

const hourMs = 3_600_000
const clock = createClock()
let stage: Stage

beforeAll(async () => {
  stage = await openStage({ now: clock.now })
})
afterAll(() => stage?.close())

const zones = ['UTC', 'Asia/Kolkata', 'America/Los_Angeles', 'Pacific/Auckland', null]
const cap = fc.record({
  limit: fc.integer({ min: 1, max: 2 }),
  window: fc.constantFrom<Cap['window']>(
    { kind: 'rolling', length: 5, unit: 'hours' },
    { kind: 'rolling', length: 1, unit: 'days' },
    { kind: 'calendar', unit: 'day' },
  ),
  scope: fc.constantFrom<Cap['scope']>({ kind: 'all' }, { kind: 'tag', tag: 'promo' }),
  binds_transactional: fc.boolean(),
  counts_transactional: fc.boolean(),
})
const quiet = fc.record({
  enabled: fc.constant(true),
  start: fc.constantFrom('21:00', '23:00', '01:00'),
  end: fc.constantFrom('06:00', '09:00'),
  action: fc.constantFrom('hold' as const, 'hold' as const, 'drop' as const),
  release_minutes: fc.constantFrom(0, 60),
  transactional: fc.constantFrom('bypass' as const, 'obey' as const),
})
const message = fc.record({
  atStep: fc.nat(9),
  category: fc.constantFrom('marketing', 'marketing', 'transactional'),
  priority: fc.constantFrom('normal', 'high'),
  tags: fc.constantFrom([], ['promo']),
  ttl_seconds: fc.constantFrom(4 * 3_600, 20 * 3_600),
})
const life = fc.record({
  caps: fc.array(cap, { minLength: 1, maxLength: 2 }),
  quiet,
  percent: fc.constantFrom(0, 20),
  messages: fc.array(message, { minLength: 5, maxLength: 8 }),
  troubledSteps: fc.subarray([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
})

interface Sent {
  message_id: string
  user_id: string
  at: Date
  timezone: string | null
  denies: boolean
}

test('whatever the rules, nobody is sent to over a cap, in quiet hours or without consent, and all adds up', async () => {
  let [run, judged] = [0, 0]
  const property = fc.asyncProperty(life, async (lived) => {
    const app = await stage.openApp(`Life ${++run}`)
    const caps = await setRules(lived, run)
    const people = await app.seed({ platform: 'apns', count: 24 }, { city: `Life ${run}` })
    await app.seed({ platform: 'apns', count: 2 })
    for (const [i, { userId }] of people.entries())
      await stage.server.store.db
        .updateTable('users')
        .set({ timezone: zones[i % zones.length] ?? null, ...(i % 7 === 0 && denied) })
        .where('id', '=', userId as string)
        .execute()
    const ids: string[] = []
    for (let step = 0; step < 14; step++) {
      stage.sandbox.control.clearFaults()
      if (lived.troubledSteps.includes(step))
        stage.sandbox.control.addFault({ provider: 'apns', fault: 'status', status: 503, share: 0.5 })
      for (const { atStep, ...fields } of lived.messages)
        if (atStep === step)
          ids.push(await app.start({ to: { all: true }, content: { title: 'Hi' }, ...fields }))
      await stage.settle()
      for (const id of ids) addsUp(await stage.api('GET', `/v1/messages/${id}`))
      await passToHalfPast(3)
    }
    const sent = await sentOf(app.app.id)
    judge(sent, caps, lived.quiet)
    judged += sent.length
  })
  await fc.assert(property, { numRuns: 6, endOnFailure: true })
  expect(judged).toBeGreaterThan(50)
}, 240_000)

const denied = { consents: JSON.stringify({ marketing: 'denied' }) }

async function setRules(
  { caps, quiet, percent }: { caps: object[]; quiet: object; percent: number },
  run: number,
) {
  for (const { id } of (await stage.api('GET', '/v1/caps')).data) await stage.api('DELETE', `/v1/caps/${id}`)
  await stage.api('PUT', '/v1/settings', { time_zone: 'UTC', quiet_hours: quiet, holdout: { percent } })
  const made: Cap[] = []
  for (const [i, each] of caps.entries())
    made.push(await stage.api('POST', '/v1/caps', { name: `Cap ${run}.${i}`, ...each }))
  return made
}

/** So that no window stands astride an hour at which quiet hours begin or end. */
async function passToHalfPast(hours: number): Promise<void> {
  const sinceHalfPast = (clock.now().getTime() + hourMs / 2) % hourMs
  clock.pass(hours * hourMs - sinceHalfPast)
  await stage.wake()
  await stage.settle()
}

function addsUp({ counts }: Message): void {
  expect(counts.targeted).toBe(counts.excluded + counts.pending + counts.sent + counts.failed)
}

type Delivered = Sent & Pick<Message, 'category' | 'tags'>

async function sentOf(appId: string): Promise<Delivered[]> {
  const { rows } = await sql<Delivered>`
    select m.id as message_id, m.category, m.tags, d.user_id, d.at, u.timezone, u.consents ? 'marketing' as denies
    from deliveries d join messages m on m.seq = d.message_seq join users u on u.id = d.user_id
    where m.app_id = ${appId} and d.outcome = 'sent' order by d.at`.execute(stage.server.store.db)
  return rows
}

function judge(sent: readonly Delivered[], caps: readonly Cap[], rule: Partial<QuietHours>): void {
  for (const each of sent) {
    const isTransactional = each.category === 'transactional'
    const clockThere = hourIn(each.at, each.timezone ?? 'UTC')
    const { start = '', end = '' } = rule
    const isNight =
      start < end ? clockThere >= start && clockThere < end : clockThere >= start || clockThere < end
    expect(isNight && (!isTransactional || rule.transactional === 'obey'), JSON.stringify(each)).toBe(false)
    expect(each.denies && !isTransactional).toBe(false)
    for (const cap of caps) {
      const isInScope = ({ tags }: Delivered) => cap.scope.kind === 'all' || tags.includes('promo')
      if (!isInScope(each) || (isTransactional && !cap.binds_transactional)) continue
      // What does not count itself may have gone just before what was sent at the same moment; what no cap binds
      // may have gone just after.
      const isUnbound = ({ category }: Delivered) => category === 'transactional' && !cap.binds_transactional
      const atOnceMs = (other: Delivered) =>
        isUnbound(other) || (isTransactional && !cap.counts_transactional) ? 5_000 : 0
      const counted = sent.filter(
        (other) =>
          other.user_id === each.user_id &&
          other.message_id !== each.message_id &&
          other.at.getTime() <= each.at.getTime() - atOnceMs(other) &&
          isInScope(other) &&
          (other.category !== 'transactional' || cap.counts_transactional) &&
          isInWindow(cap.window, other, each),
      )
      const messages = new Set(counted.map(({ message_id }) => message_id))
      expect(messages.size + 1, JSON.stringify([each, cap, counted])).toBeLessThanOrEqual(cap.limit)
    }
  }
}

function isInWindow(window: Cap['window'], before: Delivered, now: Delivered): boolean {
  const zone = now.timezone ?? 'UTC'
  if (window.kind === 'calendar') return dayIn(before.at, zone) === dayIn(now.at, zone)
  const lengthMs = window.length * (window.unit === 'hours' ? hourMs : 24 * hourMs)
  // What was taken and what was recorded lie a moment apart.
  return before.at.getTime() > now.at.getTime() - lengthMs + 5_000
}

const dayIn = (at: Date, zone: string) => at.toLocaleDateString('en-CA', { timeZone: zone })
const hourIn = (at: Date, zone: string) =>
  at.toLocaleTimeString('en-GB', { timeZone: zone, hour: '2-digit', minute: '2-digit' })
