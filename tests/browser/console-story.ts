import { beforeAll, expect, test } from 'vitest'
import type { NotificationDaemon } from './notification-daemon.ts'
import { createShopApp, messageOf, type ShopApp, type TestServer } from './shop-app.ts'

const patience = { timeout: 30_000 }

/** A browser with the console open in its first tab. */
export interface ConsoleBrowser {
  goTo: (url: string) => Promise<void>
  press: (button: string) => Promise<void>
  /** What the first tab shows, which it comes to the front for. */
  text: () => Promise<string>
  /** Of all tabs. */
  addresses: () => Promise<string[]>
}

/** The console, all that it runs on, and the browser of the person who works with it: signed in, on the first page. */
export interface ConsoleStage {
  server: TestServer
  desktop: NotificationDaemon
  browser: ConsoleBrowser
}

/** What holds in every browser that a person makes a device of an app, on the page of the app. */
export function tellConsoleStory(stageOf: () => ConsoleStage): void {
  let stage: ConsoleStage
  let app: ShopApp
  beforeAll(async () => {
    stage = stageOf()
    app = await createShopApp(stage.server)
  })

  const shows = (text: RegExp) => expect.poll(() => stage.browser.text(), patience).toMatch(text)
  const shown = () => stage.desktop.shown.map(({ summary }) => summary)

  test('the console makes its own browser a device', async () => {
    await shows(/Home/)
    await stage.browser.goTo(`${stage.server.address}/apps/${app.id}`)
    await stage.browser.press('Subscribe this browser')
    await shows(/It is subscribed\./)
  })

  test('the device gets what is sent to the app, and a click opens its address and counts on the page of the message', async () => {
    const { server, desktop, browser } = stage
    const { body } = await server.request('POST', '/v1/messages', {
      app_id: app.id,
      to: { all: true },
      content: { title: 'To the console', body: 'From the API', action_url: '/settings' },
    })
    await expect.poll(shown, patience).toEqual(['To the console'])
    await browser.goTo(`${server.address}/messages/${body.id}`)
    await shows(/What people did[\s\S]*Received\s*1\s*100\s%[\s\S]*Clicked\s*0\s/)
    for (const notification of desktop.shown) desktop.click(notification)
    await expect.poll(() => browser.addresses(), patience).toContain(`${server.address}/settings`)
    await shows(/What people did[\s\S]*Received\s*1\s*100\s%[\s\S]*Clicked\s*1\s*100\s%/)
    const { counts } = await messageOf(server, body.id)
    expect(counts).toMatchObject({ sent: 1, received: 1, clicked: 1 })
  })

  test('and takes it back', async () => {
    const { server, browser } = stage
    await browser.goTo(`${server.address}/apps/${app.id}`)
    await browser.press('Unsubscribe')
    await shows(/Subscribe this browser/)
    const { body } = await server.request('GET', `/v1/subscriptions?app_id=${app.id}`)
    expect(body.data).toMatchObject([{ status: 'unsubscribed' }])
  })
}
