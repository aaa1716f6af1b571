import { createECDH, randomBytes } from 'node:crypto'

export interface BrowserKeys {
  p256dh: string
  auth: string
}

/** Each subscription has keys of its own. */
export function browserKeys(count: number): BrowserKeys[] {
  const pair = createECDH('prime256v1')
  return Array.from({ length: count }, () => ({
    p256dh: pair.generateKeys('base64url'),
    auth: randomBytes(16).toString('base64url'),
  }))
}

export const pushService = 'https://updates.push.services.mozilla.com'

/** As long as Mozilla's: the path is what names the subscription. */
export function endpointPath({ token, id }: { token: string; id: string }): string {
  return `/wpush/v2/${token}${token}${id}`
}
