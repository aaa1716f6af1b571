import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Autopush, startAutopush } from './autopush.ts'
import { createCertificate } from './certificate.ts'
import { openInFirefox } from './firefox.ts'
import { send, subscriptionOf } from './shop-app.ts'
import { buildShop, type ShopStage, subscriptionIdOf } from './shop-stage.ts'
import { tellShopStory } from './shop-story.ts'

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
  const { token } = await subscriptionOf(stage.server, subscriptionId)
  autopush.forgetBrowsers()
  await expect
    .poll(async () => (await subscriptionOf(stage.server, subscriptionId)).token, { timeout: 60_000 })
    .not.toBe(token)
  await send(stage.server, subscriptionId, { title: 'Found again' })
  await expect
    .poll(() => stage.desktop.shown)
    .toContainEqual(expect.objectContaining({ summary: 'Found again' }))
})
