import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BrowserContext, chromium } from 'playwright-core'

export const chromiumPath = process.env.CHROMIUM ?? '/usr/bin/chromium'

export interface ChromiumOptions {
  flags: readonly string[]
  /** The session bus whose notification service shows what the browser shows. */
  busAddress: string
}

/** Debian's Chromium, headless, with a profile on disk: a private window refuses to subscribe. */
export async function launchChromium({
  flags,
  busAddress,
}: ChromiumOptions): Promise<{ context: BrowserContext } & AsyncDisposable> {
  const profile = await mkdtemp(join(tmpdir(), 'carillon-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', ...flags],
    // Playwright's own choice; it keeps the push connection from being made.
    ignoreDefaultArgs: ['--disable-background-networking'],
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: busAddress },
  })
  return {
    context,
    [Symbol.asyncDispose]: async () => {
      await context.close()
      await rm(profile, { recursive: true, force: true })
    },
  }
}
