import { beforeAll, expect, test } from 'vitest'
import type { DesktopNotification } from './notification-daemon.ts'
import { createShopApp, interactionsOf, messageOf, send, subscriptionOf } from './shop-app.ts'
import { optionsOf, type ShopStage, stateOf, subscribe, subscriptionIdOf } from './shop-stage.ts'

const patience = { timeout: 30_000 }

/** What holds in every browser, from the first subscription to the last. */
export function tellShopStory(stageOf: () => ShopStage): void {
  let stage: ShopStage
  let subscriptionId: string
  let clickedId: string
  beforeAll(async () => {
    stage = stageOf()
    expect(await stateOf(stage)).toEqual({
      supported: true,
      permission: 'granted',
      subscribed: false,
      subscriptionId: null,
      appId: null,
    })
    subscriptionId = await subscriptionIdOf(stage)
  })

  const sendTo = (content: object) => send(stage.server, subscriptionId, content)
  const counted = (id: string) =>
    expect.poll(async () => (await messageOf(stage.server, id)).counts, patience)
  const happened = (id: string) => expect.poll(() => interactionsOf(stage.server, id), patience)

  /** The notification once it is on the screen. */
  async function seen(summary: string): Promise<DesktopNotification> {
    const find = () => stage.desktop.shown.find((notification) => notification.summary === summary)
    await expect.poll(find, patience).toBeDefined()
    return find() as DesktopNotification
  }

  test('registers the browser as a device with its language, zone and permission', async () => {
    const [locale, timezone] = (await stage.browser.evaluate(
      '[navigator.language, Intl.DateTimeFormat().resolvedOptions().timeZone]',
    )) as string[]
    expect(await subscriptionOf(stage.server, subscriptionId)).toMatchObject({
      platform: 'webpush',
      status: 'active',
      permission: 'granted',
      device_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      locale,
      timezone,
    })
    expect(await stateOf(stage)).toMatchObject({ subscribed: true, subscriptionId, appId: stage.app.id })
  })

  test('shows a message, counts that it was received and clicked, and opens its address', async () => {
    const id = await sendTo({ title: 'Sale', body: 'All bells', action_url: `${stage.site.url}/sale` })
    clickedId = id
    const notification = await seen('Sale')
    expect(notification.body).toContain('All bells')
    await counted(id).toMatchObject({ sent: 1, received: 1, clicked: 0 })
    stage.desktop.click(notification)
    await counted(id).toMatchObject({ sent: 1, received: 1, clicked: 1 })
    await happened(id).toEqual(['clicked', 'received'])
    await expect.poll(() => stage.site.visits, patience).toContain('/sale')
  })

  test('shows all that the message says', async () => {
    const said = { icon: `${stage.site.url}/icon.png`, tag: 'parcel', require_interaction: true }
    await send(
      stage.server,
      subscriptionId,
      {
        title: 'Parcel',
        body: 'On its way',
        data: { parcel: 7 },
        buttons: [{ id: 'track', title: 'Track' }],
      },
      { webpush: { ...said, lang: 'en-GB', dir: 'ltr' } },
    )
    await seen('Parcel')
    const shown = await stage.browser.evaluate(`navigator.serviceWorker.ready
      .then((worker) => worker.getNotifications())
      .then((all) => all.map(({ title, body, icon, tag, lang, dir, requireInteraction, actions, data }) =>
        ({ title, body, icon, tag, lang, dir, requireInteraction, actions, data })))`)
    expect(shown).toMatchObject([
      {
        ...{ title: 'Parcel', body: 'On its way', icon: said.icon, tag: 'parcel', lang: 'en-GB', dir: 'ltr' },
        requireInteraction: true,
        actions: [{ action: 'track', title: 'Track' }],
        data: { data: { parcel: 7 }, delivery_id: expect.any(String) },
      },
    ])
    stage.desktop.dismiss(await seen('Parcel'))
  })

  test('counts a button as an action and opens the address of the button', async () => {
    const buttons = [{ id: 'later', title: 'Later', url: `${stage.site.url}/later` }]
    const id = await sendTo({ title: 'Basket', action_url: `${stage.site.url}/basket`, buttons })
    stage.desktop.click(await seen('Basket'), 'Later')
    await happened(id).toEqual(['action', 'received'])
    await expect.poll(() => stage.site.visits, patience).toContain('/later')
    expect(stage.site.visits).not.toContain('/basket')
  })

  test('counts a dismissed notification as no click', async () => {
    const id = await sendTo({ title: 'Dull' })
    stage.desktop.dismiss(await seen('Dull'))
    await happened(id).toEqual(['dismissed', 'received'])
    expect((await messageOf(stage.server, id)).counts.clicked).toBe(0)
  })

  // Firefox tells of a close after each click; by now it has.
  test('counts a click as no dismissal', async () => {
    expect(await interactionsOf(stage.server, clickedId)).toEqual(['clicked', 'received'])
  })

  test('shows a delivery once, however often the push service repeats it', async () => {
    await sendTo({ title: 'Once' })
    stage.desktop.dismiss(await seen('Once'))
    const { deliver, endpoint } = stage.pushService
    const repeated = endpoint.accepted.at(-1)
    if (repeated) deliver(repeated)
    // Pushes arrive in order: when the next is there, the repeat has been dealt with.
    await sendTo({ title: 'Next' })
    stage.desktop.dismiss(await seen('Next'))
    expect(stage.desktop.shown.filter(({ summary }) => summary === 'Once')).toEqual([])
  })

  test('shows something even for a push without content', async () => {
    const { deliver, endpoint } = stage.pushService
    const [{ id = '' } = {}] = endpoint.accepted
    deliver({ id, body: Buffer.alloc(0), ttlSeconds: 60 })
    stage.desktop.dismiss(await seen('localhost'))
  })

  test('keeps reports while the server is away, and each is counted once when it is back', async () => {
    stage.site.isAway = true
    const missed = await sendTo({ title: 'Unheard' })
    stage.desktop.click(await seen('Unheard'))
    await expect.poll(() => stage.site.lostReports, patience).toBeGreaterThan(1)
    expect(await interactionsOf(stage.server, missed)).toEqual([])
    stage.site.isAway = false
    const next = await sendTo({ title: 'Heard' })
    stage.desktop.dismiss(await seen('Heard'))
    await happened(next).toEqual(['dismissed', 'received'])
    await counted(missed).toMatchObject({ received: 1, clicked: 1 })
  })

  test('refreshes the same device when the page subscribes again', async () => {
    expect(await subscribe(stage)).toMatchObject({ status: 'subscribed', subscriptionId })
  })

  test('leaves the one app when it subscribes to another, whose key is another', async () => {
    const other = { ...stage, app: await createShopApp(stage.server, 'Other shop') }
    const otherId = await subscriptionIdOf(other)
    expect(otherId).not.toBe(subscriptionId)
    expect(await stateOf(stage)).toMatchObject({ subscriptionId: otherId, appId: other.app.id })
    expect(await subscriptionOf(stage.server, subscriptionId)).toMatchObject({ status: 'unsubscribed' })
    await send(stage.server, otherId, { title: 'Other shop' })
    stage.desktop.dismiss(await seen('Other shop'))
    expect(await subscriptionIdOf(stage)).toBe(subscriptionId)
  })

  test('says why the server refuses', async () => {
    const options = JSON.stringify({ ...optionsOf(stage), publishableKey: 'pk_wrong' })
    const refusal = await stage.browser.evaluate(
      `carillon.subscribeThisBrowser(${options}).catch(carillon.refusalOf)`,
    )
    expect(refusal).toMatchObject({ status: 401, code: 'unauthenticated' })
    expect(await subscriptionIdOf(stage)).toBe(subscriptionId)
  })

  test('sends nothing to a browser that unsubscribed', async () => {
    await stage.browser.evaluate('carillon.unsubscribeThisBrowser()')
    expect(await stateOf(stage)).toMatchObject({ subscribed: false, subscriptionId: null })
    expect(await subscriptionOf(stage.server, subscriptionId)).toMatchObject({ status: 'unsubscribed' })
    const id = await sendTo({ title: 'Too late' })
    await counted(id).toMatchObject({ targeted: 1, excluded: 1, sent: 0 })
    expect(await subscriptionIdOf(stage)).toBe(subscriptionId)
  })
}
