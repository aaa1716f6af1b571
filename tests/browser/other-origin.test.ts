import { afterAll, beforeAll, expect, test } from 'vitest'
import { createCertificate } from './certificate.ts'
import { openInChromium } from './chromium.ts'
import { googleHost, startGcm } from './gcm.ts'
import { interactionsOf, send } from './shop-app.ts'
import { buildShop, optionsOf, type ShopStage } from './shop-stage.ts'

const patience = { timeout: 30_000 }
const stack = new AsyncDisposableStack()
let stage: ShopStage

beforeAll(async () => {
  const certificate = await createCertificate(['localhost', googleHost])
  const gcm = stack.use(await startGcm(certificate))
  const shop = await buildShop(stack, gcm, { ca: [certificate.cert], hosts: gcm.hosts })
  const { busAddress } = shop.desktop
  const browser = stack.use(await openInChromium(shop.site.url, { flags: gcm.flags, busAddress }))
  stage = { ...shop, browser }
})
afterAll(() => stack.disposeAsync())

/** From the shop's page straight to the server, which is another origin. */
function subscribeAcross(): Promise<unknown> {
  const options = { ...optionsOf(stage), serverUrl: stage.server.address }
  return stage.browser.evaluate(
    `carillon.subscribeThisBrowser(${JSON.stringify(options)}).catch((error) => String(error))`,
  )
}

test('a page of another origin cannot call as long as its site is not listed', async () => {
  expect(await subscribeAcross()).toMatch(/Failed to fetch/)
  await stage.server.request('PUT', '/v1/settings', { cors: { enabled: true, domains: '*.localhost' } })
  expect(await subscribeAcross()).toMatch(/Failed to fetch/)
})

test('once it is listed, the page subscribes and its worker reports, without anything in between', async () => {
  await stage.server.request('PUT', '/v1/settings', { cors: { domains: 'localhost' } })
  // The browser may remember the refusal of a preflight for a moment.
  await expect.poll(subscribeAcross, patience).toMatchObject({ status: 'subscribed' })
  const { subscriptionId } = (await subscribeAcross()) as { subscriptionId: string }
  const id = await send(stage.server, subscriptionId, { title: 'From afar' })
  const seen = () => stage.desktop.shown.find(({ summary }) => summary === 'From afar')
  await expect.poll(seen, patience).toBeDefined()
  const notification = seen()
  if (notification) stage.desktop.click(notification)
  await expect.poll(() => interactionsOf(stage.server, id), patience).toEqual(['clicked', 'received'])
})
