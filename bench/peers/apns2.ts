import { newAppleKey } from '../drivers/apple-key.ts'
import type { Driver, Target } from '../drivers/driver.ts'
import { sendOneByOne } from '../drivers/in-flight.ts'
import { apnsPayload, bundleId, expiresAtSeconds, sampleMessages } from '../drivers/sample-messages.ts'
import { redirectTo } from './redirect.ts'

interface Apns2 {
  ApnsClient: new (
    options: object,
  ) => { send(notification: object): Promise<unknown>; close(): Promise<void> }
  Notification: new (token: string, options: object) => object
}

/** The library fixes the port, and sends no apns-id. */
export async function open({ port, inFlight }: Target): Promise<Driver> {
  redirectTo(port)
  const { ApnsClient, Notification } = (await import('apns2' as string)) as Apns2
  const { key, key_id: keyId, team_id: team } = newAppleKey()
  const client = new ApnsClient({ team, keyId, signingKey: key, defaultTopic: bundleId, host: 'localhost' })
  const notifications = sampleMessages().map((message) => {
    const { aps, carillon } = apnsPayload(message)
    return new Notification(message.token, { ...aps, data: { carillon }, expiration: expiresAtSeconds })
  })
  return {
    send: (count) =>
      sendOneByOne(count, inFlight, async (n) => {
        await client.send(notifications[n % notifications.length] as object)
        return true
      }),
    close: () => client.close(),
  }
}
