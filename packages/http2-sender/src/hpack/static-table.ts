/** RFC 7541, appendix A; the first entry has index 1. */
const entries: readonly (readonly [name: string, value: string])[] = [
  [':authority', ''],
  [':method', 'GET'],
  [':method', 'POST'],
  [':path', '/'],
  [':path', '/index.html'],
  [':scheme', 'http'],
  [':scheme', 'https'],
  [':status', '200'],
  [':status', '204'],
  [':status', '206'],
  [':status', '304'],
  [':status', '400'],
  [':status', '404'],
  [':status', '500'],
  ['accept-charset', ''],
  ['accept-encoding', 'gzip, deflate'],
  ['accept-language', ''],
  ['accept-ranges', ''],
  ['accept', ''],
  ['access-control-allow-origin', ''],
  ['age', ''],
  ['allow', ''],
  ['authorization', ''],
  ['cache-control', ''],
  ['content-disposition', ''],
  ['content-encoding', ''],
  ['content-language', ''],
  ['content-length', ''],
  ['content-location', ''],
  ['content-range', ''],
  ['content-type', ''],
  ['cookie', ''],
  ['date', ''],
  ['etag', ''],
  ['expect', ''],
  ['expires', ''],
  ['from', ''],
  ['host', ''],
  ['if-match', ''],
  ['if-modified-since', ''],
  ['if-none-match', ''],
  ['if-range', ''],
  ['if-unmodified-since', ''],
  ['last-modified', ''],
  ['link', ''],
  ['location', ''],
  ['max-forwards', ''],
  ['proxy-authenticate', ''],
  ['proxy-authorization', ''],
  ['range', ''],
  ['referer', ''],
  ['refresh', ''],
  ['retry-after', ''],
  ['server', ''],
  ['set-cookie', ''],
  ['strict-transport-security', ''],
  ['transfer-encoding', ''],
  ['user-agent', ''],
  ['vary', ''],
  ['via', ''],
  ['www-authenticate', ''],
]

/** The dynamic table's newest entry comes right behind (RFC 7541, section 2.3.3). */
export const staticTableSize = entries.length

/** By index; 0 is nobody's. */
export const staticNames: readonly string[] = ['', ...entries.map(([name]) => name)]
export const staticValues: readonly string[] = ['', ...entries.map(([, value]) => value)]

const byName = new Map<string, number>()
const byEntry = new Map<string, number>()
entries.forEach(([name, value], at) => {
  if (!byName.has(name)) byName.set(name, at + 1)
  byEntry.set(`${name}\0${value}`, at + 1)
})

/** The index of a header, or of a name when no value is given; 0 if there is none. */
export function staticIndexOf(name: string, value?: string): number {
  return (value === undefined ? byName.get(name) : byEntry.get(`${name}\0${value}`)) ?? 0
}
