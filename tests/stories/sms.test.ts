import { createHmac } from 'node:crypto'
import { type SmsScenario, smsNumberOf } from '@carillon/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Api } from '../../tools/api.ts'
import { openStage, recipientsOf, type Stage, until } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await openStage()
})
afterAll(() => stage?.close())

const providers = ['twilio', 'smpp'] as const
type Provider = (typeof providers)[number]

let made = 0

/** A published app that sends through one of the two. */
async function openApp(provider: Provider) {
  const { app, send } = await stage.openApp(`Texts ${++made}`)
  const { twilio, smpp } = stage.sandbox.control.accounts()
  const credential = provider === 'twilio' ? twilio : { ...smpp, system_id: `sandbox${made}` }
  await stage.api('PUT', `/v1/apps/${app.id}/credentials/sms`, credential)
  const text = (to: object, content: object = { body: `Hello ${made}` }, more: object = {}) =>
    send({ channel: 'sms', to, content, category: 'transactional', ...more })
  return { id: app.id, text }
}

const number = () => `+43660${String(++made).padStart(7, '0')}`
const person = async (phone: string, more: object = {}) =>
  (await stage.api('POST', '/v1/users', { attributes: { email: `p${++made}@example.com`, phone, ...more } }))
    .id as string
const conversationWith = (phone: string) =>
  stage.sandbox.control.conversations().find((each) => each.number === phone)
const textsTo = (phone: string) =>
  (conversationWith(phone)?.texts ?? []).filter(({ direction }) => direction === 'to_phone')
const write = (phone: string, text: string) =>
  stage.sandbox.control.answerText(conversationWith(phone)?.id ?? '', { text })
const statusOf = async (appId: string, phone: string) =>
  (await stage.api('GET', `/v1/subscriptions?app_id=${appId}&platform=sms`)).data.find(
    (row: { token: string }) => row.token === phone,
  )
const inbound = async (appId: string) =>
  (await stage.api('GET', `/v1/inbound-messages?app_id=${appId}`)).data as Record<string, string>[]
const interactionsOf = async (api: Api, id: string) =>
  (await recipientsOf(api, id)).map(({ interactions }) => interactions)

test.each(
  providers,
)('a person with a phone number gets a text by %s, in their language', async (provider) => {
  const app = await openApp(provider)
  const phone = number()
  const id = await person(phone, { first_name: 'Ana' })
  await stage.api('PATCH', `/v1/users/${id}`, { locale: 'de' })
  const message = await app.text(
    { user_ids: [id] },
    { title: 'For others', body: 'Hi {{ user.first_name }}' },
    { overrides: { sms: { locales: { de: { body: 'Hallo {{ user.first_name }} ⛄' } } } } },
  )
  expect(message).toMatchObject({ channel: 'sms', counts: { targeted: 1, sent: 1 } })
  expect(textsTo(phone)).toMatchObject([{ text: 'Hallo Ana ⛄', encoding: 'ucs2', segments: 1 }])
})

test.each(providers)('a number that is typed in gets a text by %s, whoever has it', async (provider) => {
  const app = await openApp(provider)
  const [known, unknown] = [number(), number()]
  const id = await person(known)
  const message = await app.text({ addresses: [known.replace('+', '00'), unknown] })
  expect(message.counts).toMatchObject({ targeted: 2, sent: 2 })
  const people = (await recipientsOf(stage.api, message.id)).map(({ user_id }) => user_id)
  expect(people.sort()).toEqual([id, null].sort())
  expect([textsTo(known).length, textsTo(unknown).length]).toEqual([1, 1])
})

test.each<[Provider, SmsScenario, string, string | null]>([
  ['twilio', 'ok', 'delivered', 'active'],
  ['twilio', 'disordered', 'delivered', 'active'],
  ['twilio', 'undelivered', 'undelivered', 'retired'],
  ['twilio', 'unreachable', 'undelivered', 'active'],
  ['twilio', 'filtered', 'undelivered', 'active'],
  ['smpp', 'ok', 'delivered', 'active'],
  ['smpp', 'disordered', 'delivered', 'active'],
  ['smpp', 'undelivered', 'undelivered', 'active'],
  ['smpp', 'unreachable', 'undelivered', 'active'],
  ['smpp', 'filtered', 'undelivered', 'active'],
])('%s: what is heard of a text to a number that is %s is %s, and the number stays %s', async (...row) => {
  const [provider, scenario, expected, status] = row
  const app = await openApp(provider)
  const phone = smsNumberOf(scenario, ++made)
  const message = await app.text({ addresses: [phone] }, { body: 'Long '.repeat(60) })
  expect(message.counts).toMatchObject({ sent: 1 })
  await until(async () => (await interactionsOf(stage.api, message.id)).flat().length > 0)
  expect(await interactionsOf(stage.api, message.id)).toEqual([[expected]])
  expect((await stage.api('GET', `/v1/messages/${message.id}`)).heard).toEqual({ [expected]: 1 })
  await until(async () => (await statusOf(app.id, phone)).status === status)
})

test.each<[Provider, SmsScenario, string, string]>([
  ['twilio', 'invalid', 'token_unregistered', 'retired'],
  ['twilio', 'landline', 'token_unregistered', 'retired'],
  ['twilio', 'opted_out', 'opted_out', 'unsubscribed'],
  ['twilio', 'region_off', 'message_rejected', 'active'],
  ['twilio', 'message_bad', 'message_rejected', 'active'],
  ['smpp', 'invalid', 'token_unregistered', 'retired'],
  ['smpp', 'message_bad', 'message_rejected', 'active'],
])('%s: a text to a number that is %s fails as %s, and the number is %s', async (...row) => {
  const [provider, scenario, reason, status] = row
  const app = await openApp(provider)
  const phone = smsNumberOf(scenario, ++made)
  const message = await app.text({ addresses: [phone] })
  expect(message).toMatchObject({ counts: { failed: 1 }, failed: { [reason]: 1 } })
  expect((await statusOf(app.id, phone)).status).toBe(status)
})

test.each<[Provider, SmsScenario]>([
  ['twilio', 'throttled'],
  ['twilio', 'unavailable'],
  ['twilio', 'reset'],
  ['smpp', 'throttled'],
  ['smpp', 'unavailable'],
  ['smpp', 'queue_full'],
  ['smpp', 'reset'],
])('%s: a text to a number that is %s at first arrives in the end', async (provider, scenario) => {
  const app = await openApp(provider)
  const phone = smsNumberOf(scenario, ++made)
  expect((await app.text({ addresses: [phone] })).counts).toMatchObject({ sent: 1, failed: 0 })
  expect(textsTo(phone)).toHaveLength(1)
})

test.each(
  providers,
)('%s: STOP ends it, once, with one confirmation; START begins again', async (provider) => {
  await stage.api('PUT', '/v1/settings', {
    sms_replies: {
      stop: 'You get no more texts. {{ app.name }}',
      start: 'Welcome back',
      help: 'Ask the shop',
    },
  })
  const app = await openApp(provider)
  const phone = number()
  const id = await person(phone)
  const first = await app.text({ user_ids: [id] })
  write(phone, ' Stop! ')
  await until(async () => (await statusOf(app.id, phone)).status === 'unsubscribed')
  await until(() => textsTo(phone).length === 2)
  expect(textsTo(phone)[1]?.text).toMatch(/^You get no more texts. Texts \d+$/)
  expect((await interactionsOf(stage.api, first.id)).flat()).toContain('unsubscribed')

  // What a person sets off is told as what a key does, and without their number.
  const { data: told } = await stage.api('GET', '/v1/audit?limit=20')
  const byPerson = told.filter((entry: { actor: { kind: string } }) => entry.actor.kind === 'person')
  expect(byPerson.slice(0, 2).map(({ action }: { action: string }) => action)).toEqual([
    'createMessage',
    'patchSubscription',
  ])
  expect(JSON.stringify(told)).not.toContain(phone.slice(1))

  // Again: nothing is said twice.
  write(phone, 'STOP')
  await until(async () => (await inbound(app.id)).length === 2)
  expect(await app.text({ user_ids: [id] })).toMatchObject({ excluded: { unsubscribed: 1 } })
  expect(textsTo(phone)).toHaveLength(2)

  write(phone, 'start')
  await until(() => textsTo(phone).length === 3)
  expect(textsTo(phone)[2]?.text).toBe('Welcome back')
  expect((await statusOf(app.id, phone)).status).toBe('active')
  expect((await app.text({ user_ids: [id] })).counts).toMatchObject({ sent: 1 })

  // Two machines that answer each other come to an end.
  write(phone, 'HELP')
  write(phone, 'help')
  write(phone, 'When do you open?')
  await until(async () => (await inbound(app.id)).length === 6)
  await until(() => textsTo(phone).length === 5)
  expect(textsTo(phone).filter(({ text }) => text === 'Ask the shop')).toHaveLength(1)
  expect((await inbound(app.id)).map(({ kind }) => kind).sort()).toEqual([
    'help',
    'help',
    'other',
    'start',
    'stop',
    'stop',
  ])
  expect((await inbound(app.id)).find(({ kind }) => kind === 'other')).toMatchObject({
    from: phone,
    to: '+15005550006',
    text: 'When do you open?',
    user_id: id,
  })
  await stage.api('PUT', '/v1/settings', { sms_replies: { stop: null, start: null, help: null } })
})

test('without a text in the settings STOP is obeyed in silence, in that app alone', async () => {
  const [app, other] = [await openApp('twilio'), await openApp('twilio')]
  const phone = number()
  const id = await person(phone)
  await other.text({ user_ids: [id] })
  await app.text({ user_ids: [id] })
  write(phone, 'unsubscribe')
  await until(async () => (await statusOf(app.id, phone)).status === 'unsubscribed')
  expect((await statusOf(other.id, phone)).status).toBe('active')
  expect(textsTo(phone)).toHaveLength(2)
  // Another number of theirs is not asked for again either.
  await stage.api('PATCH', `/v1/users/${id}`, { attributes: { phone: number() } })
  expect(await app.text({ user_ids: [id] })).toMatchObject({ excluded: { unsubscribed: 1 } })
})

test('a text of more segments than allowed is not accepted, or excludes those for whom it is too long', async () => {
  const app = await openApp('twilio')
  const phone = number()
  const id = await person(phone, { first_name: 'x'.repeat(200) })
  const refused = await stage.server.request('POST', '/v1/messages', {
    app_id: app.id,
    channel: 'sms',
    to: { user_ids: [id] },
    content: { body: 'x'.repeat(1_531) },
  })
  expect(refused).toMatchObject({
    status: 422,
    body: {
      code: 'payload_too_large',
      errors: [{ detail: expect.stringContaining('The text makes 11 SMS segments, 10 are allowed.') }],
    },
  })
  const message = await app.text(
    { user_ids: [id] },
    { body: 'Hi {{ user.first_name }}' },
    { overrides: { sms: { max_segments: 1 } } },
  )
  expect(message).toMatchObject({ excluded: { payload_too_large: 1 } })
  expect((await recipientsOf(stage.api, message.id))[0]?.detail).toBe(
    'The text makes 2 SMS segments, 1 are allowed.',
  )
})

test('the preview shows text, encoding and segments', async () => {
  const { previews } = await stage.api('POST', '/v1/messages/preview', {
    channel: 'sms',
    content: { title: 'T', body: `${'€'.repeat(90)}` },
  })
  expect(previews).toMatchObject([
    {
      platform: 'sms',
      ok: true,
      payload: '€'.repeat(90),
      headers: { encoding: 'gsm7', segments: '2' },
      size_bytes: 280,
      limit_bytes: 1_400,
    },
  ])
})

test('only Twilio is believed: a call without its signature changes nothing', async () => {
  const app = await openApp('twilio')
  const phone = number()
  await app.text({ addresses: [phone] })
  const path = `/v1/feedback/sms/twilio/${app.id}`
  const form = { MessageSid: 'SM1', From: phone, To: '+15005550006', Body: 'STOP', SmsStatus: 'received' }
  const { auth_token } = stage.sandbox.control.accounts().twilio
  const sign = (token: string) =>
    createHmac('sha1', token)
      .update(
        Object.keys(form)
          .sort()
          .reduce((sum, name) => sum + name + form[name as keyof typeof form], stage.server.address + path),
      )
      .digest('base64')
  const call = async (headers: Record<string, string>, to = path) =>
    (
      await fetch(stage.server.address + to, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
        body: new URLSearchParams(form).toString(),
      })
    ).status
  expect(await call({})).toBe(403)
  expect(await call({ 'x-twilio-signature': sign('0'.repeat(32)) })).toBe(403)
  expect(await call({ 'x-twilio-signature': sign(auth_token) }, `${path}?delivery_id=x`)).toBe(403)
  expect(await call({ 'x-twilio-signature': sign(auth_token) }, path.replace(app.id, stage.app.id))).toBe(403)
  expect(await call({ 'content-type': 'application/json', 'x-twilio-signature': sign(auth_token) })).toBe(415)
  expect((await statusOf(app.id, phone)).status).toBe('active')

  // The same call twice is one text.
  const statuses = [0, 1].map(() => call({ 'x-twilio-signature': sign(auth_token) }))
  expect(await Promise.all(statuses)).toEqual([204, 204])
  await until(async () => (await statusOf(app.id, phone)).status === 'unsubscribed')
  expect(await inbound(app.id)).toHaveLength(1)
})

test('a receipt of another app’s delivery is nobody’s', async () => {
  const [app, other] = [await openApp('twilio'), await openApp('twilio')]
  const message = await app.text({ addresses: [smsNumberOf('silent', ++made)] })
  const [{ delivery_id } = {}] = await recipientsOf(stage.api, message.id)
  const url = `${stage.server.address}/v1/feedback/sms/twilio/${other.id}?delivery_id=${delivery_id}`
  const form = { MessageSid: 'SM9', MessageStatus: 'delivered', To: '+4366000000001' }
  const signature = createHmac('sha1', stage.sandbox.control.accounts().twilio.auth_token)
    .update(`${url}MessageSidSM9MessageStatusdeliveredTo+4366000000001`)
    .digest('base64')
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature },
    body: new URLSearchParams(form).toString(),
  })
  expect(answer.status).toBe(204)
  // What comes after it has been recorded, so it had its turn.
  const later = await other.text({ addresses: [number()] })
  await until(async () => (await interactionsOf(stage.api, later.id)).flat().length > 0)
  expect(await interactionsOf(stage.api, message.id)).toEqual([[]])
})

test('STOP is heard after a restart although nothing was sent since, and an app without credential is left alone', async () => {
  const app = await openApp('smpp')
  const phone = number()
  await app.text({ addresses: [phone] })
  // The connection is cut, as by a centre that restarts: it comes back by itself.
  stage.sandbox.control.addFault({ provider: 'smpp', fault: 'refuse_connections', times: 1 })
  await until(async () => {
    write(phone, 'QUIT')
    return (await statusOf(app.id, phone)).status === 'unsubscribed'
  })
  await stage.api('DELETE', `/v1/apps/${app.id}/credentials/sms`)
  expect(await app.text({ addresses: [number()] })).toMatchObject({ excluded: { no_credential: 1 } })
})

test('when most of an hour’s numbers are reported dead, none is retired: they wait for somebody to look', async () => {
  const app = await openApp('twilio')
  const phones = Array.from({ length: 60 }, (_, i) => smsNumberOf('undelivered', 5_000 + i))
  const message = await app.text({ addresses: phones })
  await until(
    async () => (await stage.api('GET', `/v1/messages/${message.id}`)).heard.undelivered === phones.length,
  )
  const statuses = async () =>
    (await stage.api('GET', `/v1/subscriptions?app_id=${app.id}&limit=200`)).data
      .filter((row: { token: string }) => phones.includes(row.token))
      .map((row: { status: string }) => row.status)
  await until(async () => new Set(await statuses()).size === 1)
  expect(await statuses()).toEqual(phones.map(() => 'suspect'))
})
