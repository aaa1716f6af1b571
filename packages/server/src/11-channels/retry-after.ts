const longestWaitMs = 60 * 60 * 1000

/**
 * Milliseconds that a `Retry-After` header asks for (RFC 9110, section 10.2.3: seconds or an HTTP date), kept
 * between 0 and one hour. Undefined when the header is absent or says nothing readable.
 */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined
  const value = header.trim()
  const waitMs = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : dateMs(value) - nowMs
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(Math.round(waitMs), 0), longestWaitMs)
}

/** All three date forms of RFC 9110 start with the name of a day; Date.parse alone would take "7 up" too. */
function dateMs(value: string): number {
  return /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(value) ? Date.parse(value) : Number.NaN
}
