import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import type { ShopBrowser } from './shop-stage.ts'

export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'

export interface ChromiumOptions {
  flags: readonly string[]
  /** The session bus whose notification service shows what the browser shows. */
  busAddress: string
}

export interface Chromium extends ShopBrowser, AsyncDisposable {
  page: Page
  /** As the browser does with workers that are idle. */
  stopWorkers: () => Promise<void>
  denyNotifications: () => Promise<void>
}

/** Debian's Chromium, headless, with a profile on disk: a private window refuses to subscribe. */
export async function openInChromium(url: string, options: ChromiumOptions): Promise<Chromium> {
  await using stack = new AsyncDisposableStack()
  const context = await launch(stack, options)
  const { origin } = new URL(url)
  await context.grantPermissions(['notifications'], { origin })
  const page = await context.newPage()
  await page.goto(url)
  const devtools = await context.newCDPSession(page)
  await devtools.send('ServiceWorker.enable')
  const running = stack.move()
  return {
    page,
    evaluate: (expression) => page.evaluate(expression),
    stopWorkers: async () => void (await devtools.send('ServiceWorker.stopAllWorkers')),
    denyNotifications: async () => {
      const permission = { name: 'notifications' }
      await devtools.send('Browser.setPermission', { origin, permission, setting: 'denied' })
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

async function launch(stack: AsyncDisposableStack, options: ChromiumOptions): Promise<BrowserContext> {
  const profile = await mkdtemp(join(tmpdir(), 'carillon-chromium-'))
  stack.defer(() => rm(profile, { recursive: true, force: true }))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', ...options.flags],
    // Playwright's own choice; it keeps the push connection from being made.
    ignoreDefaultArgs: ['--disable-background-networking'],
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: options.busAddress },
  })
  stack.defer(() => context.close())
  return context
}
