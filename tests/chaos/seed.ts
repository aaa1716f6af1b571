import type { Sandbox } from '@carillon/sandbox'
import type { Api } from '../../tools/api.ts'
import { createSampleApp, type SampleApp } from '../../tools/sample-app.ts'

/** An app whose APNs devices all work, in the number asked for; registered without persons, 100 at a time. */
export async function seedDevices(
  api: Api,
  sandbox: Sandbox,
  count: number,
  name = 'Chaos',
): Promise<SampleApp> {
  const app = await createSampleApp(api, name)
  const devices = sandbox.control.createDevices({ platform: 'apns', app: app.names.apns, count })
  const chunks = Array.from({ length: Math.ceil(count / 100) }, (_, i) =>
    devices.slice(i * 100, i * 100 + 100),
  )
  for (const chunk of chunks) {
    await api('POST', '/v1/subscriptions/batch', {
      subscriptions: chunk.map(({ token }) => ({ app_id: app.id, platform: 'apns', token })),
    })
  }
  return app
}
