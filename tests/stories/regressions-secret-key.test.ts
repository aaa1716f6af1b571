import { startSandbox } from '@carillon/sandbox'
import { expect, test } from 'vitest'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { openTestStore } from '../../packages/server/src/testing/test-store.ts'
import { createApi } from '../../tools/api.ts'
import { createSampleApp } from '../../tools/sample-app.ts'
import { waitForMessage } from '../../tools/wait-for-message.ts'
import { until } from './stage.ts'

const content = { title: 'Hello' }

test('under another SECRET_KEY messages wait and say for what, and go out once the credentials are entered again', async () => {
  const sandbox = await startSandbox()
  const store = await openTestStore()
  const start = (secret: string) =>
    startTestServer({ ...sandbox.env, SECRET_KEY: secret.repeat(64) }, { store, ca: [sandbox.caPem] })

  const before = await start('a')
  const { id: app_id, names } = await createSampleApp(createApi(before.address, before.key), 'Sealed')
  await before.close()

  const server = await start('b')
  const api = createApi(server.address, server.key)
  const [phone] = sandbox.control.createDevices({ platform: 'apns', app: names.apns })
  await api('POST', '/v1/subscriptions', { app_id, platform: 'apns', token: phone?.token })
  const { id } = await api('POST', '/v1/messages', { app_id, to: { all: true }, content })
  await until(async () => (await api('GET', `/v1/messages/${id}`)).holds.length > 0)
  expect(await api('GET', `/v1/messages/${id}`)).toMatchObject({
    counts: { pending: 1, failed: 0 },
    holds: [{ platform: 'apns', reason: 'credential_rejected', detail: expect.stringMatching(/SECRET_KEY/) }],
  })

  const { key, key_id, team_id, bundle_id } = (await api('GET', '/sandbox/accounts')).apns
  const again = { auth: 'token', key, key_id, team_id, bundle_id, environment: 'production' }
  await api('PUT', `/v1/apps/${app_id}/credentials/apns`, again)
  expect((await waitForMessage(api, id)).counts).toMatchObject({ sent: 1, failed: 0 })

  const webpush = await server.request('PUT', `/v1/apps/${app_id}/credentials/webpush`, {
    subject: 'mailto:push@example.com',
  })
  expect(webpush.status).toBe(200)
  await server.close()
  await store[Symbol.asyncDispose]()
  await sandbox.close()
})
