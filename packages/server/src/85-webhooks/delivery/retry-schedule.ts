const [secondMs, minuteMs, hourMs] = [1_000, 60_000, 3_600_000]

/** Waits between the attempts at one event: ten attempts over a little more than three days. */
const waitsMs = [
  5 * secondMs,
  5 * minuteMs,
  30 * minuteMs,
  2 * hourMs,
  5 * hourMs,
  10 * hourMs,
  14 * hourMs,
  20 * hourMs,
  24 * hourMs,
] as const

/** How long to wait after the `attempts`-th failure of an event, give or take a tenth; null gives it up. */
export function retryWaitMs(attempts: number, random: () => number): number | null {
  const wait = waitsMs[attempts - 1]
  return wait === undefined ? null : Math.round(wait * (0.9 + random() * 0.2))
}

/** Failures in a row after which a webhook is held: what waits then costs no attempt. */
const failuresToHold = 5
const longestHoldMs = 10 * minuteMs

/** How long a webhook is left alone after so many failures in a row: then one event tries whether it is back. */
export function holdMs(failures: number): number {
  if (failures < failuresToHold) return 0
  return Math.min(longestHoldMs, 5 * secondMs * 2 ** (failures - failuresToHold))
}

/** A webhook to which nothing got through for so long is disabled. */
export const failingMs = 3 * 24 * hourMs
