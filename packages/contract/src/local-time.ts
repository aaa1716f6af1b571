const dayMs = 86_400_000

/**
 * The instant of a wall-clock time (`2026-03-29T02:30`) in a zone; null when the text is none.
 * A time that a change to summer time skips is taken as if the clock had not been changed yet; one that comes
 * twice is taken at its first coming.
 */
export function zonedInstant(wall: string, zone: string): Date | null {
  const asUtcMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(wall) ? Date.parse(`${wall}Z`) : Number.NaN
  if (Number.isNaN(asUtcMs)) return null
  // The offsets a day before and after cover whatever change lies between.
  const offsets = [zoneOffsetMs(asUtcMs - dayMs, zone), zoneOffsetMs(asUtcMs + dayMs, zone)] as const
  const fitting = offsets
    .map((offset) => asUtcMs - offset)
    .filter((at) => at + zoneOffsetMs(at, zone) === asUtcMs)
  return new Date(fitting.length > 0 ? Math.min(...fitting) : asUtcMs - offsets[0])
}

/**
 * The first moment at which the clock of a zone shows this wall-clock time, or later where a change to summer time
 * skips it: then that is the moment after the gap. One that comes twice is taken at its first coming.
 */
export function firstMomentAt(wall: string, zone: string): Date | null {
  const at = zonedInstant(wall, zone)
  if (!at) return null
  const asUtcMs = Date.parse(`${wall}Z`)
  if (at.getTime() + zoneOffsetMs(at.getTime(), zone) === asUtcMs) return at
  // Taken as if the clock had not changed yet, it lies after the gap, by less than the gap is long.
  let after = at.getTime()
  let before = asUtcMs - zoneOffsetMs(after, zone)
  const offset = zoneOffsetMs(before, zone)
  while (after - before > 1_000) {
    const middle = Math.floor((before + after) / 2_000) * 1_000
    if (zoneOffsetMs(middle, zone) === offset) before = middle
    else after = middle
  }
  return new Date(after)
}

/** The wall clock of a zone at an instant, as a datetime-local input takes it. */
export function wallTime(at: Date, zone: string): string {
  return new Date(at.getTime() + zoneOffsetMs(at.getTime(), zone)).toISOString().slice(0, 16)
}

/** What a zone's clock is ahead of UTC at an instant. */
export function zoneOffsetMs(atMs: number, zone: string): number {
  const parts = clockOf(zone).formatToParts(atMs)
  const part = (type: string) => Number(parts.find((candidate) => candidate.type === type)?.value)
  const wallMs = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  )
  return wallMs - Math.floor(atMs / 1000) * 1000
}

/** Making one takes 40 microseconds; there are some 600 zones, in any case of letters. */
const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known) return known
  const clock = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  if (clocks.size < 2_000) clocks.set(zone, clock)
  return clock
}
