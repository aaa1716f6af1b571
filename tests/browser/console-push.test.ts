import { resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { createCertificate } from './certificate.ts'
import { type Chromium, openInChromium } from './chromium.ts'
import { googleHost, startGcm } from './gcm.ts'
import { type NotificationDaemon, startNotificationDaemon } from './notification-daemon.ts'
import { createShopApp, messageOf, type ShopApp, type TestServer } from './shop-app.ts'

const patience = { timeout: 30_000 }
const stack = new AsyncDisposableStack()
let desktop: NotificationDaemon
let server: TestServer
let app: ShopApp
let chromium: Chromium

beforeAll(async () => {
  const certificate = await createCertificate(['localhost', googleHost])
  const gcm = stack.use(await startGcm(certificate))
  desktop = stack.use(await startNotificationDaemon())
  server = await startTestServer(
    { ALLOW_PRIVATE_TARGETS: googleHost },
    {
      ca: [certificate.cert],
      hosts: gcm.hosts,
      consoleDir: resolve(import.meta.dirname, '../../packages/console/dist'),
    },
  )
  stack.defer(() => server.close())
  app = await createShopApp(server)
  const { busAddress } = desktop
  chromium = stack.use(await openInChromium(server.signInLink, { flags: gcm.flags, busAddress }))
})
afterAll(() => stack.disposeAsync())

test('the console makes its own browser a device, which gets what is sent to the app', async () => {
  const { page } = chromium
  await page.getByRole('heading', { name: 'Home', level: 1 }).waitFor()
  await page.goto(`${server.address}/apps/${app.id}`)
  await page.getByRole('button', { name: 'Subscribe this browser' }).click()
  await page.getByText('It is subscribed.').waitFor()
  const { body } = await server.request('POST', '/v1/messages', {
    app_id: app.id,
    to: { all: true },
    content: { title: 'To the console', body: 'From the API', action_url: '/settings' },
  })
  await expect.poll(() => desktop.shown.map(({ summary }) => summary), patience).toEqual(['To the console'])
  const opened = page.context().waitForEvent('page')
  for (const notification of desktop.shown) desktop.click(notification)
  expect((await opened).url()).toBe(`${server.address}/settings`)
  await expect
    .poll(async () => (await messageOf(server, body.id)).counts, patience)
    .toMatchObject({ sent: 1, received: 1, clicked: 1 })
})

test('and takes it back', async () => {
  const { page } = chromium
  await page.getByRole('button', { name: 'Unsubscribe' }).click()
  await page.getByRole('button', { name: 'Subscribe this browser' }).waitFor()
  const { body } = await server.request('GET', `/v1/subscriptions?app_id=${app.id}`)
  expect(body.data).toMatchObject([{ status: 'unsubscribed' }])
})
