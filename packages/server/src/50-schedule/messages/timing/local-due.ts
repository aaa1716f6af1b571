import { firstMomentAt, type LateChoice, wallTime } from '@carillon/contract'

const dayMs = 86_400_000

/**
 * When the clock of a zone next shows this time of day, `from` included. One that comes twice in a night counts at
 * its first coming alone.
 */
export function nextTimeOfDay(time: string, zone: string, from: Date): Date {
  return nextDay(`${wallTime(from, zone).slice(0, 10)}T${time}`, zone, from)
}

interface Accepted {
  zone: string
  acceptedAt: Date
  late: LateChoice
}

/** When it is sent to people of a zone at a date and time of theirs; null when it has passed and they are skipped. */
export function localDue(wall: string, { zone, acceptedAt, late }: Accepted): Date | null {
  const due = momentOf(wall, zone)
  if (due >= acceptedAt) return due
  if (late === 'skip') return null
  return late === 'send_now' ? acceptedAt : nextDay(wall, zone, acceptedAt)
}

/** The first day, from that of the wall-clock time on, on which it comes no earlier than `from`. */
function nextDay(wall: string, zone: string, from: Date): Date {
  for (let day = wall; ; day = dayAfter(day)) {
    const at = momentOf(day, zone)
    if (at >= from) return at
  }
}

function dayAfter(wall: string): string {
  return new Date(Date.parse(`${wall}Z`) + dayMs).toISOString().slice(0, wall.length)
}

function momentOf(wall: string, zone: string): Date {
  const at = firstMomentAt(wall, zone)
  if (!at) throw new Error(`${wall} was accepted as a local time.`)
  return at
}
