import { SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Autopush, startAutopush } from './autopush.ts'
import { createCertificate } from './certificate.ts'
import { openInFirefox } from './firefox.ts'
import { send, subscriptionOf } from './shop-app.ts'
import { buildShop, type ShopStage, subscriptionIdOf } from './shop-stage.ts'
import { tellShopStory } from './shop-story.ts'

const patience = { timeout: 30_000 }
const stack = new AsyncDisposableStack()
let autopush: Autopush
let stage: ShopStage

beforeAll(async () => {
  const certificate = await createCertificate(['localhost'])
  autopush = stack.use(await startAutopush(certificate))
  const shop = await buildShop(stack, autopush, { ca: [certificate.cert] })
  const browser = stack.use(
    await openInFirefox(shop.site.url, { pushUrl: autopush.url, busAddress: shop.desktop.busAddress }),
  )
  stage = { ...shop, browser }
})
afterAll(() => stack.disposeAsync())

tellShopStory(() => stage)

test('every push was decrypted', () => {
  expect(new Set(autopush.acks)).toEqual(new Set([100]))
})

test('the device goes on under a new endpoint when the push service has forgotten the browser', async () => {
  const subscriptionId = await subscriptionIdOf(stage)
  await moveToNewEndpoint(subscriptionId)
  await send(stage.server, subscriptionId, { title: 'Found again' })
  const found = expect.objectContaining({ summary: 'Found again' })
  await expect.poll(() => stage.desktop.shown, patience).toContainEqual(found)
})

test('the device goes on without its person when the proof of the person is no longer good', async () => {
  const { server, app } = stage
  const [oldKey, newKey] = ['old'.repeat(12), 'new'.repeat(12)]
  await server.request('PATCH', `/v1/apps/${app.id}`, { identity_required: true, identity_key: oldKey })
  const subscriptionId = await subscriptionIdOf(stage, {
    reconciliationValue: 'ada@example.com',
    userToken: await userToken('ada@example.com', oldKey),
  })
  const device = () => subscriptionOf(server, subscriptionId)
  expect(await device()).toMatchObject({ reconciliation_value: 'ada@example.com' })
  await server.request('PATCH', `/v1/apps/${app.id}`, { identity_key: newKey })
  await moveToNewEndpoint(subscriptionId)
  expect(await device()).toMatchObject({ status: 'active', reconciliation_value: null })
})

async function moveToNewEndpoint(subscriptionId: string): Promise<void> {
  const endpoint = async () => (await subscriptionOf(stage.server, subscriptionId)).token
  const old = await endpoint()
  autopush.forgetBrowsers()
  await expect.poll(endpoint, patience).not.toBe(old)
}

function userToken(subject: string, key: string): Promise<string> {
  const token = new SignJWT().setProtectedHeader({ alg: 'HS256' }).setSubject(subject).setExpirationTime('1h')
  return token.sign(new TextEncoder().encode(key))
}
