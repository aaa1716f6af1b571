const numbers = new Intl.NumberFormat('en')
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })
const moments = new Intl.DateTimeFormat('en', { dateStyle: 'medium', timeStyle: 'medium' })
const days = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', year: 'numeric' })
const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto', style: 'short' })

export const count = (n: number) => numbers.format(n)

/** 1,234 as it stands, larger ones as 12.3K. */
export const shortCount = (n: number) => (Math.abs(n) < 10_000 ? numbers.format(n) : compact.format(n))

/** `12 users`, `1 user`. */
export function counted(n: number, noun: string, plural = `${noun}s`): string {
  return `${count(n)} ${n === 1 ? noun : plural}`
}

/** Never shows 0 % for something nor 100 % for not quite all. */
export function percent(part: number, whole: number): string {
  if (whole <= 0) return '–'
  const share = (part / whole) * 100
  if (share > 0 && share < 0.1) return '< 0.1 %'
  if (share < 100 && share > 99.9) return '> 99.9 %'
  return `${share % 1 === 0 ? share : share.toFixed(1)} %`
}

export const moment = (time: string | number | Date) => moments.format(new Date(time))
export const day = (time: string | number | Date) => days.format(new Date(time))

/** `just now`, `5 min. ago`, `in 3 days`. */
export function ago(time: string, now = Date.now()): string {
  const seconds = (new Date(time).getTime() - now) / 1000
  const size = Math.abs(seconds)
  if (size < 10) return 'just now'
  if (size < 60) return relative.format(Math.round(seconds), 'second')
  if (size < 3_600) return relative.format(Math.round(seconds / 60), 'minute')
  if (size < 86_400) return relative.format(Math.round(seconds / 3_600), 'hour')
  if (size < 30 * 86_400) return relative.format(Math.round(seconds / 86_400), 'day')
  return day(time)
}

/** `45 s`, `3 min 20 s`, `2 h 5 min`, `4 d 2 h`: the two largest units. */
export function duration(totalSeconds: number): string {
  const seconds = Math.max(0, Math.round(totalSeconds))
  const parts: [number, string][] = [
    [Math.floor(seconds / 86_400), 'd'],
    [Math.floor(seconds / 3_600) % 24, 'h'],
    [Math.floor(seconds / 60) % 60, 'min'],
    [seconds % 60, 's'],
  ]
  const first = parts.findIndex(([n]) => n > 0)
  if (first < 0) return '0 s'
  return parts
    .slice(first, first + 2)
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n} ${unit}`)
    .join(' ')
}

export function bytes(n: number): string {
  if (n < 10_000) return `${numbers.format(n)} B`
  return n < 1024 * 1024 ? `${(n / 1024).toFixed(1)} KiB` : `${(n / 1024 / 1024).toFixed(1)} MiB`
}

/** `token_unregistered` as `Token unregistered`. */
export function words(identifier: string): string {
  const text = identifier.replaceAll(/[_-]+/g, ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}
