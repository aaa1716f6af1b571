import { Agent } from 'node:https'
import { browserKeys, endpointPath, pushService } from '../drivers/browsers.ts'
import type { Driver, Target } from '../drivers/driver.ts'
import { sendOneByOne } from '../drivers/in-flight.ts'
import { sampleMessages, sampleSize } from '../drivers/sample-messages.ts'
import { redirectTo } from './redirect.ts'

interface WebPush {
  generateVAPIDKeys(): { publicKey: string; privateKey: string }
  sendNotification(subscription: object, payload: string, options: object): Promise<{ statusCode: number }>
}

/** The library speaks HTTP/1.1, one request at a time on a connection; kept alive by the agent that it takes. */
export async function open({ port, inFlight }: Target): Promise<Driver> {
  redirectTo(port)
  const { default: webPush } = (await import('web-push' as string)) as { default: WebPush }
  const agent = new Agent({ keepAlive: true, maxSockets: inFlight })
  const vapidDetails = { subject: 'mailto:bench@example.com', ...webPush.generateVAPIDKeys() }
  const keys = browserKeys(sampleSize)
  const letters = sampleMessages().map((message, n) => ({
    subscription: { endpoint: pushService + endpointPath(message), keys: keys[n] },
    payload: JSON.stringify({ title: message.title, body: message.body, delivery_id: message.id }),
  }))
  const options = { vapidDetails, agent, TTL: 86_400, urgency: 'high', contentEncoding: 'aes128gcm' }
  return {
    send: (count) =>
      sendOneByOne(count, inFlight, async (n) => {
        const { subscription, payload } = letters[n % letters.length] as (typeof letters)[number]
        const { statusCode } = await webPush.sendNotification(subscription, payload, options)
        return statusCode === 201
      }),
    close: () => agent.destroy(),
  }
}
