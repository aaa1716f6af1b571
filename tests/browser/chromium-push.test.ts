import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCertificate } from './certificate.ts'
import { type Chromium, openInChromium } from './chromium.ts'
import { googleHost, startGcm } from './gcm.ts'
import { interactionsOf, send, subscriptionOf } from './shop-app.ts'
import { buildShop, type ShopStage, subscriptionIdOf } from './shop-stage.ts'
import { tellShopStory } from './shop-story.ts'

const patience = { timeout: 30_000 }
const stack = new AsyncDisposableStack()
let stage: ShopStage & { browser: Chromium }

beforeAll(async () => {
  const certificate = await createCertificate(['localhost', googleHost])
  const gcm = stack.use(await startGcm(certificate))
  const shop = await buildShop(stack, gcm, { ca: [certificate.cert], hosts: gcm.hosts })
  const { busAddress } = shop.desktop
  const browser = stack.use(await openInChromium(shop.site.url, { flags: gcm.flags, busAddress }))
  stage = { ...shop, browser }
})
afterAll(() => stack.disposeAsync())

tellShopStory(() => stage)

test('reports outlive a worker that the browser stopped', async () => {
  const { server, site, desktop, browser } = stage
  const subscriptionId = await subscriptionIdOf(stage)
  site.isAway = true
  const lost = site.lostReports
  const id = await send(server, subscriptionId, { title: 'Stopped' })
  await expect.poll(() => site.lostReports, patience).toBeGreaterThan(lost)
  await browser.stopWorkers()
  site.isAway = false
  expect(await interactionsOf(server, id)).toEqual([])
  const [notification] = desktop.shown
  if (notification) desktop.click(notification)
  await expect.poll(() => interactionsOf(server, id), patience).toEqual(['clicked', 'received'])
})

test('tells the server when the person withdraws the permission', async () => {
  const subscriptionId = await subscriptionIdOf(stage)
  await stage.browser.denyNotifications()
  await expect
    .poll(async () => (await subscriptionOf(stage.server, subscriptionId)).permission, patience)
    .toBe('denied')
})
