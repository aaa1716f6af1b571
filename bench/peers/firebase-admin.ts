import type { Driver, Target } from '../drivers/driver.ts'
import { sendInSlices } from '../drivers/in-flight.ts'
import { projectId, sampleMessages } from '../drivers/sample-messages.ts'
import { correctScheme } from './correct-scheme.ts'
import { redirectTo } from './redirect.ts'

interface App {
  initializeApp(options: object): unknown
}
interface Messaging {
  getMessaging(app: unknown): { sendEach(messages: object[]): Promise<{ successCount: number }> }
}

/** The most that the library takes in one call; it answers for each message. */
const callSize = 500

export async function open({ port, inFlight }: Target): Promise<Driver> {
  redirectTo(port)
  correctScheme()
  const { initializeApp } = (await import('firebase-admin/app' as string)) as App
  const { getMessaging } = (await import('firebase-admin/messaging' as string)) as Messaging
  const access = { access_token: 't'.repeat(1024), expires_in: 3599 }
  const messaging = getMessaging(
    initializeApp({ projectId, credential: { getAccessToken: async () => access } }),
  )
  const messages = sampleMessages().map(({ token, id, title, body }) => ({
    token,
    notification: { title, body },
    data: { carillon: JSON.stringify({ delivery_id: id }) },
    android: { priority: 'high', ttl: 86_400_000 },
  }))
  return {
    send: (count) =>
      sendInSlices(messages, { count, size: callSize, inFlight }, async (slice) => {
        const { successCount } = await messaging.sendEach([...slice])
        return successCount
      }),
    close: () => {},
  }
}
