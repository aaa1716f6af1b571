import puppeteer, { type Browser } from 'puppeteer-core'

export interface FirefoxOptions {
  /** The push service to connect to. */
  pushUrl: string
  /** The session bus whose notification service shows what the browser shows. */
  busAddress: string
}

/** Debian's Firefox, headless, that asks nobody for permission and finds its push service on loopback. */
export function launchFirefox({ pushUrl, busAddress }: FirefoxOptions): Promise<Browser> {
  return puppeteer.launch({
    browser: 'firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
    headless: true,
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: busAddress },
    extraPrefsFirefox: {
      'dom.push.serverURL': pushUrl,
      'dom.push.testing.allowInsecureServerURL': true,
      // Automation switches the push connection off.
      'dom.push.connection.enabled': true,
      'permissions.default.desktop-notification': 1,
      'alerts.useSystemBackend': true,
    },
  })
}
