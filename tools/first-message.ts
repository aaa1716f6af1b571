import type { Api } from './api.ts'
import { createSampleApp } from './sample-app.ts'
import { waitForMessage } from './wait-for-message.ts'

const phones = [
  { platform: 'apns', name: 'Sample iPhone' },
  { platform: 'fcm', name: 'Sample Android' },
  { platform: 'webpush', name: 'Sample browser' },
  { platform: 'wns', name: 'Sample Windows' },
] as const

/** One person with four virtual phones, and one message to all of them. */
export async function sendFirstMessage(api: Api) {
  const app = await createSampleApp(api, 'Sample app')
  const user = await api('POST', '/v1/users', {
    attributes: { email: 'ada@example.com', first_name: 'Ada' },
    locale: 'en',
  })
  const ids: string[] = []
  for (const { platform, name } of phones) {
    const { devices } = await api('POST', '/sandbox/devices', { platform, app: app.names[platform], name })
    const [{ token, endpoint, keys }] = devices
    const address = endpoint ? { endpoint, keys } : { token }
    const subscription = await api('POST', '/v1/subscriptions', {
      app_id: app.id,
      platform,
      ...address,
      device_name: name,
      user_id: user.id,
    })
    ids.push(subscription.id)
  }
  const { id } = await api('POST', '/v1/messages', {
    app_id: app.id,
    to: { user_ids: [user.id] },
    content: {
      title: 'Welcome, {{ user.first_name }}',
      body: 'This came through real provider protocols to a virtual phone.',
    },
    category: 'transactional',
  })
  return { message: await waitForMessage(api, id), subscriptionId: ids[0] as string }
}
