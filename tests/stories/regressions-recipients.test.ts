import type { Device } from '@carillon/sandbox'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openStage, recipientsOf, type Stage, until } from './stage.ts'

const content = { title: 'Hello' }
let stage: Stage

beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage?.close())
beforeEach(() => stage.sandbox.control.clearStats())

const newUser = async (email: string, attributes: Record<string, string> = {}): Promise<string> =>
  (await stage.api('POST', '/v1/users', { attributes: { email, ...attributes } })).id

const titlesOn = ({ id }: Device) => stage.sandbox.control.phone(id).notifications.map(({ title }) => title)

test("user B on user A's phone gets only B's pushes, also where A's message was on its way already", async () => {
  const { app, register, start, send } = await stage.openApp('Handed over')
  const [a, b] = [await newUser('a@example.com'), await newUser('b@example.com')]
  const [phone] = stage.sandbox.control.createDevices({
    platform: 'apns',
    app: app.names.apns,
    scenario: 'throttled',
    name: 'One phone',
  })
  if (!phone) throw new Error('No device.')
  const ofA = await register(phone, { reconciliation_value: 'a@example.com' })
  const waiting = await start({ to: { user_ids: [a] }, content: { title: 'For A' } })
  await until(() => stage.sandbox.control.stats().apns.refused.TooManyRequests === 1)
  const ofB = await register(phone, { reconciliation_value: 'b@example.com' })
  expect([ofB.id, ofB.user_id]).toEqual([ofA.id, b])

  expect((await stage.ended(waiting)).excluded).toEqual({ subscription_moved: 1 })
  expect(await recipientsOf(stage.api, waiting)).toMatchObject([{ user_id: a, reason: 'subscription_moved' }])
  const toA = await send({ to: { user_ids: [a] }, content: { title: 'For A again' } })
  expect(toA.excluded).toEqual({ no_subscription: 1 })
  const toB = await send({ to: { user_ids: [b] }, content: { title: 'For B' } })
  expect(toB.counts.sent).toBe(1)
  expect(titlesOn(phone)).toEqual(['For B'])
  expect((await stage.api('GET', `/v1/messages/${waiting}/why?user_id=${a}`)).targeted).toBe(true)
  expect((await stage.api('GET', `/v1/messages/${waiting}/why?user_id=${b}`)).targeted).toBe(false)
})

test('an app that was installed ten times gets one copy, on the newest token', async () => {
  const { app, register, send } = await stage.openApp('Reinstalled')
  const user = await newUser('again@example.com')
  const tokens = stage.sandbox.control.createDevices({
    platform: 'fcm',
    app: app.names.fcm,
    name: 'Install',
    count: 10,
  })
  const ids = new Set<string>()
  for (const device of tokens) {
    const fields = { device_id: 'the-one-phone', reconciliation_value: 'again@example.com' }
    ids.add((await register(device, fields)).id)
  }
  expect(ids.size).toBe(1)
  expect((await send({ to: { user_ids: [user] }, content })).counts).toMatchObject({ targeted: 1, sent: 1 })
  expect(tokens.map((device) => titlesOn(device).length)).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 1])
})

test('an app that is not published sends nothing, and the recipients say so', async () => {
  const { app, subscribe, send } = await stage.openApp('Withdrawn')
  await subscribe({ platform: 'apns' })
  await subscribe({ platform: 'webpush' })
  await stage.api('POST', `/v1/apps/${app.id}/unpublish`)
  const message = await send({ to: { all: true }, content })
  expect(message).toMatchObject({ status: 'finished', excluded: { app_unpublished: 2 } })
  const { apns, webpush } = stage.sandbox.control.stats()
  expect([apns.requests, webpush.requests]).toEqual([0, 0])
  await stage.api('POST', `/v1/apps/${app.id}/publish`)
  expect((await send({ to: { all: true }, content })).counts.sent).toBe(2)
})

test('a device that may not show anything is left out, but a silent push still reaches it', async () => {
  const { app, register, send } = await stage.openApp('Denied')
  const [device] = stage.sandbox.control.createDevices({ platform: 'apns', app: app.names.apns })
  await register(device as Device, { permission: 'denied' })
  expect((await send({ to: { all: true }, content })).excluded).toEqual({ permission_denied: 1 })
  const silent = await send({ to: { all: true }, content: { silent: true, data: { sync: '1' } } })
  expect(silent.counts).toMatchObject({ sent: 1, excluded: 0 })
})

test('a silent push does not apply to a browser, which would have to show something', async () => {
  const { subscribe, send } = await stage.openApp('Silent')
  await subscribe({ platform: 'webpush' })
  await subscribe({ platform: 'fcm' })
  const message = await send({ to: { all: true }, content: { silent: true, data: { sync: '1' } } })
  expect(message).toMatchObject({ counts: { sent: 1 }, excluded: { not_applicable: 1 } })
  expect(stage.sandbox.control.stats().webpush.requests).toBe(0)
})

test('a payload that is too large for one person is left out for that person alone', async () => {
  const { subscribe, send } = await stage.openApp('Wordy')
  const people = [
    await newUser('brief@example.com', { bio: 'Short.' }),
    await newUser('wordy@example.com', { bio: 'Long. '.repeat(300) }),
  ]
  for (const platform of ['apns', 'fcm', 'webpush'] as const)
    for (const email of ['brief@example.com', 'wordy@example.com']) await subscribe({ platform }, email)
  const message = await send({
    to: { user_ids: people },
    content: { title: 'About you', body: '{{ user.bio }} {{ user.bio }} {{ user.bio }}' },
  })
  expect(message).toMatchObject({ counts: { targeted: 6, sent: 3 }, excluded: { payload_too_large: 3 } })
  const left = await recipientsOf(stage.api, message.id, '&reason=payload_too_large')
  expect(new Set(left.map((row) => row.user_id))).toEqual(new Set([people[1]]))
})
