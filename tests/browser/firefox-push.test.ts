import type { Browser, Page } from 'puppeteer-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { type Autopush, startAutopush } from './autopush.ts'
import { createCertificate } from './certificate.ts'
import { launchFirefox } from './firefox.ts'
import { type NotificationDaemon, startNotificationDaemon } from './notification-daemon.ts'
import { countsOf, createShopApp, interactionsOf, type ShopApp, send } from './shop-app.ts'
import { type ShopSite, startShopSite } from './shop-site.ts'

const stack = new AsyncDisposableStack()
let autopush: Autopush
let desktop: NotificationDaemon
let server: Awaited<ReturnType<typeof startTestServer>>
let site: ShopSite
let app: ShopApp
let browser: Browser
let page: Page

beforeAll(async () => {
  const certificate = await createCertificate(['localhost'])
  autopush = stack.use(await startAutopush(certificate))
  desktop = stack.use(await startNotificationDaemon())
  server = await startTestServer({ ALLOW_PRIVATE_TARGETS: 'localhost' }, { ca: [certificate.cert] })
  stack.defer(() => server.close())
  site = stack.use(await startShopSite(server.address))
  app = await createShopApp(server)
  browser = await launchFirefox({ pushUrl: autopush.url, busAddress: desktop.busAddress })
  stack.defer(() => browser.close())
  page = await browser.newPage()
  await page.goto(site.url)
})
afterAll(() => stack.disposeAsync())

test('a message reaches Firefox through its push service, is shown, and its click is counted', async () => {
  const result = await page.evaluate(async (options) => {
    return (window as any).carillon.subscribeThisBrowser(options)
  }, { serverUrl: site.url, appId: app.id, publishableKey: app.publishableKey, vapidPublicKey: app.vapidPublicKey })
  console.log(result)
  const id = await send(server, result.subscriptionId, { title: 'Sale', body: 'Today', action_url: `${site.url}/sale` })
  await expect.poll(() => countsOf(server, id), { timeout: 20_000 }).toMatchObject({ sent: 1, received: 1 })
  console.log(desktop.shown, autopush.acks)
  desktop.click(desktop.shown[0]!)
  await expect.poll(() => countsOf(server, id), { timeout: 20_000 }).toMatchObject({ sent: 1, received: 1, clicked: 1 })
  console.log(await interactionsOf(server, id), (await browser.pages()).map(p=>p.url()))
})
