import puppeteer, { type Page } from 'puppeteer-core'
import type { ShopBrowser } from './shop-stage.ts'

export interface FirefoxOptions {
  /** The push service to connect to. */
  pushUrl: string
  /** The session bus whose notification service shows what the browser shows. */
  busAddress: string
}

export interface Firefox extends ShopBrowser, AsyncDisposable {
  page: Page
}

/** Debian's Firefox, headless, that asks nobody for permission and finds its push service on loopback. */
export async function openInFirefox(url: string, { pushUrl, busAddress }: FirefoxOptions): Promise<Firefox> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: busAddress },
    extraPrefsFirefox: {
      'dom.push.serverURL': pushUrl,
      'dom.push.testing.allowInsecureServerURL': true,
      // Automation switches the push connection off.
      'dom.push.connection.enabled': true,
      'dom.push.retryBaseInterval': 200,
      'permissions.default.desktop-notification': 1,
      'alerts.useSystemBackend': true,
    },
  })
  const page = await browser.newPage()
  await page.goto(url)
  return {
    page,
    evaluate: (expression) => page.evaluate(expression),
    [Symbol.asyncDispose]: () => browser.close(),
  }
}
