import { readFileSync } from 'node:fs'
import { newAppleKey } from '../drivers/apple-key.ts'
import type { Driver, Target } from '../drivers/driver.ts'
import { sendOneByOne } from '../drivers/in-flight.ts'
import { apnsPayload, bundleId, expiresAtSeconds, sampleMessages } from '../drivers/sample-messages.ts'

/** What we use of the library; it is installed by the benchmark, so its own types are not at hand. */
interface NodeApn {
  Provider: new (
    options: object,
  ) => {
    send(notification: object, token: string): Promise<{ sent: unknown[]; failed: unknown[] }>
    shutdown(): void
  }
  Notification: new (payload: object) => Record<string, unknown>
}

export async function open({ port, certificateFile, inFlight }: Target): Promise<Driver> {
  const { default: apn } = (await import('@parse/node-apn' as string)) as { default: NodeApn }
  const { key, key_id: keyId, team_id: teamId } = newAppleKey()
  const provider = new apn.Provider({
    token: { key, keyId, teamId },
    address: 'localhost',
    port,
    ca: readFileSync(certificateFile),
    production: true,
  })
  const letters = sampleMessages().map((message) => ({
    token: message.token,
    notification: Object.assign(new apn.Notification(apnsPayload(message)), {
      id: message.id,
      topic: bundleId,
      pushType: 'alert',
      priority: 10,
      expiry: expiresAtSeconds,
    }),
  }))
  return {
    send: (count) =>
      sendOneByOne(count, inFlight, async (n) => {
        const { notification, token } = letters[n % letters.length] as (typeof letters)[number]
        const { sent } = await provider.send(notification, token)
        return sent.length === 1
      }),
    close: () => provider.shutdown(),
  }
}
