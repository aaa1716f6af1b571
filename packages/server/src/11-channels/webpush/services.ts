/** The push services of today's browsers; the second of Google's is what Debian's Chromium hands out. */
const pushHosts = ['fcm.googleapis.com', 'jmt17.google.com']
const pushDomains = ['.push.services.mozilla.com', '.push.apple.com', '.notify.windows.com']

/**
 * Whether a known service answers at this endpoint. Others are called just as well; only their refusals of our
 * key are not believed for the whole lane.
 */
export function isPushService({ hostname }: URL): boolean {
  return pushHosts.includes(hostname) || pushDomains.some((domain) => hostname.endsWith(domain))
}

/** Edge's service answers 400 to a TTL of 0 without, and to any other TTL with another, X-WNS-Cache-Policy. */
export function isMicrosoft({ hostname }: URL): boolean {
  return hostname.endsWith('.notify.windows.com')
}
