import type { BrowserState, SubscribeOptions, SubscribeResult } from '@carillon/sdk-web'
import type { Overrides } from '../../packages/server/src/start-server.ts'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { type NotificationDaemon, startNotificationDaemon } from './notification-daemon.ts'
import type { Push, PushEndpoint } from './push-endpoint.ts'
import { createShopApp, type ShopApp, type TestServer } from './shop-app.ts'
import { type ShopSite, startShopSite } from './shop-site.ts'

/** A browser with the shop's page open. */
export interface ShopBrowser {
  /** The value of an expression in the page, which knows the SDK as `carillon`. */
  evaluate: (expression: string) => Promise<unknown>
}

export interface PushService {
  endpoint: PushEndpoint
  /** Hands a push to the browser without asking who sent it. */
  deliver: (push: Push) => void
}

/** The shop, all that it runs on, and its first visitor. */
export interface ShopStage {
  server: TestServer
  desktop: NotificationDaemon
  site: ShopSite
  app: ShopApp
  pushService: PushService
  browser: ShopBrowser
}

/** All but the browser; its endpoints lead to this machine. */
export async function buildShop(
  stack: AsyncDisposableStack,
  pushService: PushService,
  overrides: Overrides,
): Promise<Omit<ShopStage, 'browser'>> {
  const desktop = stack.use(await startNotificationDaemon())
  const { hostname } = new URL(pushService.endpoint.origin)
  const server = await startTestServer({ ALLOW_PRIVATE_TARGETS: hostname }, overrides)
  stack.defer(() => server.close())
  const site = stack.use(await startShopSite(server.address))
  return { server, desktop, site, app: await createShopApp(server), pushService }
}

export function optionsOf({ site, app }: Pick<ShopStage, 'site' | 'app'>): SubscribeOptions {
  const { id: appId, publishableKey, vapidPublicKey } = app
  return { serverUrl: site.url, appId, publishableKey, vapidPublicKey }
}

export async function subscribe(
  stage: ShopStage,
  person: Pick<SubscribeOptions, 'reconciliationValue' | 'userToken'> = {},
): Promise<SubscribeResult> {
  const options = JSON.stringify({ ...optionsOf(stage), ...person })
  return (await stage.browser.evaluate(`carillon.subscribeThisBrowser(${options})`)) as SubscribeResult
}

/** The id of the subscription, which must have come about. */
export async function subscriptionIdOf(...visit: Parameters<typeof subscribe>): Promise<string> {
  const result = await subscribe(...visit)
  if (result.status !== 'subscribed') throw new Error(`The browser is ${result.status}.`)
  return result.subscriptionId
}

export async function stateOf({ browser }: ShopStage): Promise<BrowserState> {
  return (await browser.evaluate('carillon.browserSubscriptionState()')) as BrowserState
}
