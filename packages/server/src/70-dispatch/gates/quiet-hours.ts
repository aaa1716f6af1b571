import { firstMomentAt, type QuietHours, weekdays, zoneOffsetMs } from '@carillon/contract'

const dayMs = 86_400_000

/** What a zone's clock says about quiet hours, as long as it says the same. */
export interface QuietSpell {
  fromMs: number
  toMs: number
  isQuiet: boolean
}

/**
 * The spell in which a moment lies. Quiet hours begin when the clock first shows their start, or right after the gap
 * that skips it, and end when it shows their end for the last time: an hour that comes twice is quiet twice.
 */
export function quietSpell(rule: QuietHours, zone: string, nowMs: number): QuietSpell {
  const spans = joined(spansAround(rule, zone, nowMs))
  const present = spans.find(([from, to]) => from <= nowMs && nowMs < to)
  if (present) return { fromMs: present[0], toMs: present[1], isQuiet: true }
  const next = spans.find(([from]) => from > nowMs)
  return { fromMs: nowMs, toMs: next ? next[0] : nowMs + dayMs, isQuiet: false }
}

type Span = readonly [fromMs: number, toMs: number]

/** One per day on which they begin; two days before reach into today wherever a zone skips a date. */
function spansAround({ start, end, days }: QuietHours, zone: string, nowMs: number): Span[] {
  const today = Date.parse(dateOf(nowMs + zoneOffsetMs(nowMs, zone)))
  return [-2, -1, 0, 1, 2].flatMap((n): Span[] => {
    const dayAtMs = today + n * dayMs
    // Monday is the first of our days and 1 of theirs.
    const weekday = weekdays[(new Date(dayAtMs).getUTCDay() + 6) % 7]
    if (!weekday || !days.includes(weekday)) return []
    const lastDay = dateOf(end > start ? dayAtMs : dayAtMs + dayMs)
    const from = firstMoment(`${dateOf(dayAtMs)}T${start}`, zone)
    const to = lastMoment(`${lastDay}T${end}`, zone)
    return to > from ? [[from, to]] : []
  })
}

/** Spans that touch are one: nobody is woken in a gap of no length. */
function joined(spans: readonly Span[]): Span[] {
  const all: Span[] = []
  for (const [from, to] of spans) {
    const last = all.at(-1)
    if (last && from <= last[1]) all[all.length - 1] = [last[0], Math.max(last[1], to)]
    else all.push([from, to])
  }
  return all
}

/** The last moment at which the clock of a zone shows this time; right after the gap that skips it. */
function lastMoment(wall: string, zone: string): number {
  const asUtcMs = Date.parse(`${wall}Z`)
  const showing = [asUtcMs - dayMs, asUtcMs + dayMs]
    .map((around) => asUtcMs - zoneOffsetMs(around, zone))
    .filter((at) => at + zoneOffsetMs(at, zone) === asUtcMs)
  return showing.length > 0 ? Math.max(...showing) : firstMoment(wall, zone)
}

function firstMoment(wall: string, zone: string): number {
  const at = firstMomentAt(wall, zone)
  if (!at) throw new Error(`${wall} was accepted as a local time.`)
  return at.getTime()
}

function dateOf(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 10)
}
