import { resolve } from 'node:path'
import { type Sandbox, startSandbox } from '@carillon/sandbox'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Overrides } from '../../packages/server/src/start-server.ts'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { createCertificate } from './certificate.ts'
import { openInChromium } from './chromium.ts'
import { type ConsoleStage, tellConsoleStory } from './console-story.ts'
import { openInFirefox } from './firefox.ts'
import { googleHost, startGcm } from './gcm.ts'
import { startNotificationDaemon } from './notification-daemon.ts'

const consoleDir = resolve(import.meta.dirname, '../../packages/console/dist')

describe('in Chromium', () => {
  const stack = new AsyncDisposableStack()
  let stage: ConsoleStage

  beforeAll(async () => {
    const certificate = await createCertificate(['localhost', googleHost])
    const gcm = stack.use(await startGcm(certificate))
    const { server, desktop } = await startConsole(stack, googleHost, {
      ca: [certificate.cert],
      hosts: gcm.hosts,
    })
    const { busAddress } = desktop
    const { page } = stack.use(await openInChromium(server.signInLink, { flags: gcm.flags, busAddress }))
    const browser = {
      goTo: async (url: string) => void (await page.goto(url)),
      press: (name: string) => page.getByRole('button', { name, exact: true }).click(),
      text: async () => {
        await page.bringToFront()
        return page.locator('body').innerText()
      },
      addresses: async () =>
        page
          .context()
          .pages()
          .map((each) => each.url()),
    }
    stage = { server, desktop, browser }
  })
  afterAll(() => stack.disposeAsync())

  tellConsoleStory(() => stage)
})

describe('in Firefox, with the push service of the sandbox', () => {
  const stack = new AsyncDisposableStack()
  let stage: ConsoleStage
  let sandbox: Sandbox

  beforeAll(async () => {
    sandbox = stack.use(await startSandbox())
    const { ALLOW_PRIVATE_TARGETS = '', SANDBOX_BROWSER_PUSH_URL = '' } = sandbox.env
    const { server, desktop } = await startConsole(stack, ALLOW_PRIVATE_TARGETS, { ca: [sandbox.caPem] })
    const { busAddress } = desktop
    const { page } = stack.use(
      await openInFirefox(server.signInLink, { pushUrl: SANDBOX_BROWSER_PUSH_URL, busAddress }),
    )
    const browser = {
      goTo: async (url: string) => void (await page.goto(url)),
      press: (name: string) => page.locator(`::-p-aria([name="${name}"][role="button"])`).click(),
      text: async () => {
        await page.bringToFront()
        return (await page.evaluate('document.body.innerText')) as string
      },
      addresses: async () => (await page.browser().pages()).map((each) => each.url()),
    }
    stage = { server, desktop, browser }
  })
  afterAll(() => stack.disposeAsync())

  tellConsoleStory(() => stage)

  test('the sandbox took one push, and the browser could decrypt it', () => {
    const { accepted, refused } = sandbox.control.stats().webpush
    expect({ accepted, refused }).toEqual({ accepted: 1, refused: {} })
  })
})

async function startConsole(stack: AsyncDisposableStack, allowPrivateTargets: string, overrides: Overrides) {
  const desktop = stack.use(await startNotificationDaemon())
  const server = await startTestServer(
    { ALLOW_PRIVATE_TARGETS: allowPrivateTargets },
    { ...overrides, consoleDir },
  )
  stack.defer(() => server.close())
  return { desktop, server }
}
