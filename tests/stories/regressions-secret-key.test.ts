import { startSandbox } from '@carillon/sandbox'
import { SignJWT } from 'jose'
import { expect, test } from 'vitest'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { openTestStore } from '../../packages/server/src/testing/test-store.ts'
import { createApi } from '../../tools/api.ts'
import { createSampleApp } from '../../tools/sample-app.ts'
import { waitForMessage } from '../../tools/wait-for-message.ts'
import { createClock, until } from './stage.ts'
import { signaturesBy, startReceiver } from './webhook-receiver.ts'

const content = { title: 'Hello' }

/** A server that was restarted with another SECRET_KEY, on the database that it had. */
async function openStage() {
  const clock = createClock()
  const sandbox = await startSandbox({ now: () => clock.now().getTime() })
  const receiver = await startReceiver()
  const store = await openTestStore()
  const environment = {
    ...sandbox.env,
    ALLOW_PRIVATE_TARGETS: `${sandbox.env.ALLOW_PRIVATE_TARGETS},${receiver.host}`,
  }
  return {
    clock,
    sandbox,
    receiver,
    start: async (letter: string) => {
      const server = await startTestServer(
        { ...environment, SECRET_KEY: letter.repeat(64) },
        { store, ca: [sandbox.caPem, receiver.caPem], now: clock.now },
      )
      return { server, api: createApi(server.address, server.key) }
    },
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      await receiver.close()
      await sandbox.close()
    },
  }
}

test('under another SECRET_KEY messages wait and say for what, and go out once the credentials are entered again', async () => {
  await using stage = await openStage()
  const { sandbox } = stage
  const before = await stage.start('a')
  const { id: app_id, names } = await createSampleApp(before.api, 'Sealed')
  const [phone] = sandbox.control.createDevices({ platform: 'apns', app: names.apns })
  await before.api('POST', '/v1/subscriptions', { app_id, platform: 'apns', token: phone?.token })
  const early = await before.api('POST', '/v1/messages', { app_id, to: { all: true }, content })
  expect((await waitForMessage(before.api, early.id)).counts).toMatchObject({ sent: 1 })
  await before.server.close()

  // Apple takes a new provider token every 20 minutes; that of before is still young, and sealed with the old key.
  stage.clock.pass(21 * 60_000)
  const { server, api } = await stage.start('b')
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
})

test('under another SECRET_KEY a webhook is disabled until its secret is rotated, and sends nothing unsigned', async () => {
  await using stage = await openStage()
  const { receiver } = stage
  const before = await stage.start('a')
  const made = { url: `${receiver.origin}/hook`, types: ['message.accepted'] }
  const { id } = await before.api('POST', '/v1/webhooks', made)
  const { id: app_id } = await createSampleApp(before.api, 'Sealed')
  await before.server.close()

  const { server, api } = await stage.start('b')
  await api('POST', '/v1/messages', { app_id, to: { all: true }, content })
  await until(async () => !(await api('GET', `/v1/webhooks/${id}`)).enabled)
  expect(await api('GET', `/v1/webhooks/${id}`)).toMatchObject({
    disabled_reason: 'secret_unreadable',
    disabled_detail: expect.stringMatching(/SECRET_KEY/),
  })
  const tested = await server.request('POST', `/v1/webhooks/${id}/test`)
  expect([tested.status, tested.body.code]).toEqual([409, 'secret_unreadable'])
  expect(receiver.received).toEqual([])

  const { secret, old_secret_until } = await api('POST', `/v1/webhooks/${id}/rotate-secret`)
  expect(old_secret_until).toBeNull()
  await api('PATCH', `/v1/webhooks/${id}`, { enabled: true })
  await until(() => receiver.at('/hook').length > 0)
  const [received] = receiver.at('/hook')
  if (!received) throw new Error('Nothing came.')
  expect(await signaturesBy(secret, received)).toBe(1)
  await server.close()
})

test('under another SECRET_KEY no request breaks: what it cannot open is named', async () => {
  await using stage = await openStage()
  const before = await stage.start('a')
  const { id: app_id } = await createSampleApp(before.api, 'Sealed')
  const identity_key = 'k'.repeat(32)
  await before.api('PATCH', `/v1/apps/${app_id}`, { identity_key, identity_required: true })
  const keyed = { 'idempotency-key': 'sealed-answer' }
  const hook = { url: `${stage.receiver.origin}/replayed`, enabled: false }
  const first = await before.server.request('POST', '/v1/webhooks', hook, keyed)
  expect(first.status).toBe(201)
  await before.server.close()

  const { server, api } = await stage.start('b')
  const replayed = await server.request('POST', '/v1/webhooks', hook, keyed)
  expect([replayed.status, replayed.body.code]).toEqual([409, 'secret_unreadable'])
  expect((await api('GET', '/v1/webhooks')).data).toHaveLength(1)

  const user_token = await new SignJWT({ sub: 'anna@example.com' })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(identity_key))
  const claim = {
    app_id,
    platform: 'fcm',
    token: 'f'.repeat(100),
    reconciliation_value: 'anna@example.com',
    user_token,
  }
  const claimed = await server.request('POST', '/v1/subscriptions', claim)
  expect([claimed.status, claimed.body.code]).toEqual([409, 'secret_unreadable'])
  await api('PATCH', `/v1/apps/${app_id}`, { identity_key })
  expect((await server.request('POST', '/v1/subscriptions', claim)).status).toBe(201)
  await server.close()
})
