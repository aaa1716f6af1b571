/** Whether a subscription was made for this VAPID public key (base64url, with or without padding). */
export function isMadeFor(subscription: Pick<PushSubscription, 'options'>, vapidPublicKey: string): boolean {
  const key = subscription.options.applicationServerKey
  return key !== null && base64UrlOf(key) === vapidPublicKey.replace(/=+$/, '')
}

function base64UrlOf(bytes: ArrayBuffer): string {
  const text = btoa(String.fromCharCode(...new Uint8Array(bytes)))
  return text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}
