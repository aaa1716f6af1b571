import { gates } from '@carillon/contract'
import { expect, test } from 'vitest'
import { isHeldOut } from '../../packages/server/src/70-dispatch/gates/holdout.ts'
import {
  cap,
  content,
  emailOfLastPerson,
  passUntil,
  person,
  playBeforeGates,
  reasonsOf,
  settings,
  stage,
  whyOf,
} from './gates-stage.ts'

playBeforeGates()

test('whoever has refused a topic gets none of it, by the channel that they refused', async () => {
  const app = await stage.openApp('Consent')
  await stage.api('PUT', '/v1/topics/news', { title: 'News' })
  await stage.api('PUT', '/v1/topics/offers', { title: 'Offers', model: 'opt_in' })
  const silent = await person(app)
  const agrees = await person(app, { consents: { news: 'granted', 'offers:push': 'granted' } })
  const refuses = await person(app, { consents: { news: 'granted', 'news:push': 'denied' } })
  const mailOnly = await person(app, { consents: { 'news:sms': 'denied', 'offers:email': 'granted' } })
  const noMarketing = await person(app, { consents: { marketing: 'denied', offers: 'granted' } })
  const sendTo = async (message: object) => {
    const { id } = await app.send({
      to: { user_ids: [silent, agrees, refuses, mailOnly, noMarketing] },
      content,
      ...message,
    })
    const reasons = await reasonsOf(id)
    return [silent, agrees, refuses, mailOnly, noMarketing].map((each) => reasons[each])
  }
  const [ok, no] = ['accepted', 'no_consent']
  expect(await sendTo({ topic: 'news' })).toEqual([ok, ok, no, ok, no])
  expect(await sendTo({ topic: 'offers' })).toEqual([no, ok, no, no, no])
  expect(await sendTo({})).toEqual([ok, ok, ok, ok, no])
  expect(await sendTo({ category: 'transactional' })).toEqual([ok, ok, ok, ok, ok])

  const { id } = await app.send({ to: { user_ids: [refuses] }, content, topic: 'news' })
  const { answer, deliveries } = await whyOf(id, refuses)
  expect(answer).toContain('has not agreed')
  expect(deliveries[0]?.trace.at(-1)).toMatchObject({
    step: 'consent',
    ok: false,
    detail: expect.stringContaining('news:push is denied'),
  })
  // What somebody takes back is forgotten, and counts from the next message on.
  await stage.api('PATCH', `/v1/users/${refuses}`, { consents: { 'news:push': null } })
  expect((await stage.api('GET', `/v1/users/${refuses}`)).consents).toEqual({ news: 'granted' })
  expect((await app.send({ to: { user_ids: [refuses] }, content, topic: 'news' })).counts.sent).toBe(1)
})

test('a topic has the channels it names, a built-in one can be tightened, and an unknown one is refused', async () => {
  const app = await stage.openApp('Topics')
  const userId = await person(app)
  await stage.api('PUT', '/v1/topics/letters', { title: 'Letters', channels: ['email'] })
  const letters = await app.send({ to: { user_ids: [userId] }, content, topic: 'letters' })
  expect(letters.excluded).toEqual({ no_consent: 1 })
  await expect(app.start({ to: { user_ids: [userId] }, content, topic: 'unknown' })).rejects.toThrow('topic')

  await stage.api('PUT', '/v1/topics/marketing', { title: 'Marketing', model: 'opt_in' })
  expect((await app.send({ to: { user_ids: [userId] }, content })).excluded).toEqual({ no_consent: 1 })
  await stage.api('DELETE', '/v1/topics/marketing')
  expect((await app.send({ to: { user_ids: [userId] }, content })).counts.sent).toBe(1)
  await expect(stage.api('DELETE', '/v1/topics/marketing')).rejects.toThrow('409')
  const { data } = await stage.api('GET', '/v1/topics')
  expect(data.filter((topic: { built_in: boolean }) => topic.built_in)).toHaveLength(2)
})

test('a device shows and changes what its person agreed to, and no other app’s key may', async () => {
  const app = await stage.openApp('Preferences')
  await stage.api('PUT', '/v1/topics/tips', { title: 'Tips', model: 'opt_in', channels: ['push', 'email'] })
  const email = 'preferences@example.com'
  const { id: userId } = await stage.api('POST', '/v1/users', { attributes: { email } })
  const [phone] = await app.subscribe({ platform: 'apns' }, email)
  const [stranger] = await app.subscribe({ platform: 'apns' })
  const { publishable_key: key } = await stage.api('GET', `/v1/apps/${app.app.id}`)
  const { publishable_key: otherKey } = await stage.api('GET', `/v1/apps/${stage.app.id}`)
  const call = (method: string, body?: object, as = key, id = phone?.id) =>
    stage.server.request(method, `/v1/subscriptions/${id}/preferences`, body, {
      authorization: `Bearer ${as}`,
    })

  const tips = { topic: 'tips', title: 'Tips', description: null }
  expect((await call('GET')).body.data).toContainEqual({ ...tips, channels: { push: false, email: false } })
  const changed = await call('PATCH', { consents: { tips: 'granted', 'tips:email': 'denied' } })
  expect(changed.body.data).toContainEqual({ ...tips, channels: { push: true, email: false } })
  expect((await app.send({ to: { user_ids: [userId] }, content, topic: 'tips' })).counts.sent).toBe(1)

  expect((await call('PATCH', { consents: { transactional: 'denied' } })).status).toBe(422)
  expect((await call('PATCH', { consents: { 'tips:sms': 'denied' } })).status).toBe(422)
  expect((await call('GET', undefined, otherKey)).status).toBe(403)
  expect((await call('GET', undefined, key, stranger?.id)).status).toBe(409)
})

test('the holdout gets nothing but transactional messages, and everybody else everything', async () => {
  const { seed, send } = await stage.openApp('Holdout')
  const seeded = await seed({ platform: 'apns', count: 300 }, { city: 'Bonn' })
  await seed({ platform: 'apns', count: 5 })
  await settings({ holdout: { percent: 30 } })
  const held = seeded.filter(({ userId }) => isHeldOut({ percent: 30, salt: '1' }, userId as string))
  const promotion = await send({ to: { all: true }, content })
  expect(promotion).toMatchObject({ counts: { sent: 305 - held.length }, excluded: { holdout: held.length } })
  const reasons = await reasonsOf(promotion.id)
  expect(held.map(({ userId }) => reasons[userId as string])).toEqual(held.map(() => 'holdout'))
  expect((await send({ to: { all: true }, content, category: 'transactional' })).counts.sent).toBe(305)
})

test('the gates stand in the documented order: of several reasons the first is told', async () => {
  const app = await stage.openApp('Everything at once')
  await passUntil(23)
  // Half of all people are in this holdout; whoever is not is no use here.
  await settings({ holdout: { percent: 50 } })
  let userId = await person(app, {}, 0)
  while (!isHeldOut({ percent: 50, salt: '1' }, userId)) userId = await person(app, {}, 0)
  const [phone] = await app.subscribe({ platform: 'apns' }, emailOfLastPerson())
  const device = `/v1/subscriptions/${phone?.id}`
  await cap('Full', 1, { counts_transactional: true })
  await app.send({ to: { user_ids: [userId] }, content, category: 'transactional' })
  await settings({ quiet_hours: { enabled: true, action: 'drop' } })
  await stage.api('PATCH', `/v1/users/${userId}`, { consents: { marketing: 'denied' } })
  await stage.api('PATCH', device, { permission: 'denied', status: 'unsubscribed' })
  await stage.api('POST', `/v1/apps/${app.app.id}/unpublish`)

  const [full] = (await stage.api('GET', '/v1/caps')).data
  const told: string[] = []
  for (const relieve of [
    () => stage.api('POST', `/v1/apps/${app.app.id}/publish`),
    () => stage.api('PATCH', device, { status: 'active' }),
    () => stage.api('PATCH', `/v1/users/${userId}`, { consents: { marketing: null } }),
    () => stage.api('PATCH', device, { permission: 'granted' }),
    () => settings({ holdout: { percent: 0 } }),
    () => stage.api('DELETE', `/v1/caps/${full.id}`),
    () => settings({ quiet_hours: { enabled: false } }),
    () => {},
  ]) {
    const message = await app.send({ to: { user_ids: [userId] }, content: { title: '{{ user.nickname }}' } })
    told.push(...Object.keys(message.excluded))
    await relieve()
  }
  expect(told).toEqual([
    'app_unpublished',
    'unsubscribed',
    'no_consent',
    'permission_denied',
    'holdout',
    'capped',
    'quiet_hours',
    'render_error',
  ])
  const order = gates.flatMap(({ reasons }) => reasons as readonly string[])
  expect(told.toSorted((a, b) => order.indexOf(a) - order.indexOf(b))).toEqual(told)
})

test('a rule that changes holds for the next window, and a changed one is told of in the audit', async () => {
  const app = await stage.openApp('Changed')
  const userId = await person(app)
  const { id } = await cap('None left', 1)
  const to = { user_ids: [userId] }
  expect((await app.send({ to, content })).counts.sent).toBe(1)
  expect((await app.send({ to, content })).excluded).toEqual({ capped: 1 })
  expect(await stage.api('PATCH', `/v1/caps/${id}`, { limit: 2 })).toMatchObject({
    limit: 2,
    name: 'None left',
  })
  expect((await app.send({ to, content })).counts.sent).toBe(1)
  await expect(cap('None left', 5)).rejects.toThrow('409')
  const { data } = await stage.api('GET', '/v1/audit?action=patchCap')
  expect(data[0]).toMatchObject({ action: 'patchCap', fields: ['limit'] })
})
