import { wallTime } from '@carillon/contract'

/** The first of two zones that this process's ICU knows: another release may have let in more of them. */
export function usableZone(zone: string | null, fallback: string): string {
  if (zone !== null && isKnown(zone)) return zone
  return isKnown(fallback) ? fallback : 'UTC'
}

const known = new Map<string, boolean>()

function isKnown(zone: string): boolean {
  const answer = known.get(zone)
  if (answer !== undefined) return answer
  const is = isZone(zone)
  if (known.size < 2_000) known.set(zone, is)
  return is
}

function isZone(zone: string): boolean {
  try {
    wallTime(new Date(0), zone)
    return true
  } catch {
    return false
  }
}
