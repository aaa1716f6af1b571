import type { Message } from '@carillon/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPassStage, type PassStage, png } from './pass-stage.ts'
import { recipientsOf, until } from './stage.ts'

let stage: PassStage
beforeAll(async () => {
  stage = await openPassStage()
})
afterAll(() => stage?.close())

test('a message of the channel pass gives each person a pass with a link that answers it', async () => {
  const [ana, ben] = [await stage.person(), await stage.person({ first_name: 'Ben', points: 9 })]
  const message = await stage.issue([ana, ben])
  expect(message.counts).toMatchObject({ targeted: 2, sent: 2, excluded: 0, failed: 0 })
  const pass = await stage.passOf(ana)
  expect(pass).toMatchObject({
    user_id: ana,
    pass_type_id: 'pass.com.example.carillon',
    kind: 'storeCard',
    description: 'Loyalty card',
    status: 'active',
    devices: 0,
    message_id: message.id,
  })
  const answer = await fetch(pass.url)
  expect(answer.status).toBe(200)
  expect(answer.headers.get('content-type')).toBe('application/vnd.apple.pkpass')
  expect((await stage.passOf(ben)).url).not.toBe(pass.url)
  const [sent] = await recipientsOf(stage.api, message.id)
  expect(sent).toMatchObject({ status: 'sent', reason: 'accepted', platform: 'wallet' })

  const { pass: added } = await stage.walletWith(ana)
  expect(added.fields).toMatchObject({
    primaryFields: [{ key: 'points', label: 'Points', value: '5' }],
    backFields: [{ key: 'holder', value: 'Ana' }],
  })
  expect(added.json).toMatchObject({
    organizationName: 'Story',
    logoText: 'Bells',
    backgroundColor: 'rgb(26, 43, 60)',
    barcodes: [{ format: 'PKBarcodeFormatQR', message: ana }],
  })
  expect(added.json.carillonImages).toBeUndefined()
  expect((await stage.passOf(ana)).devices).toBe(1)
})

test('sent again it updates the pass that the person has: push, new version, and what changed is said', async () => {
  const ana = await stage.person()
  await stage.issue([ana])
  const before = await stage.passOf(ana)
  const { wallet: phone } = await stage.walletWith(ana)
  const { wallet: watch } = await stage.walletWith(ana)
  await stage.api('PATCH', `/v1/users/${ana}`, { attributes: { points: 12 } })
  const message = await stage.issue([ana])
  expect(message.counts).toMatchObject({ targeted: 1, sent: 1 })
  await until(() => [phone, watch].every(({ id }) => stage.heldIn(id).updates === 1))
  expect(stage.heldIn(phone.id).fields.primaryFields[0]?.value).toBe('12')
  expect(stage.heldIn(phone.id).notices).toMatchObject([{ text: 'You have 12 points' }])
  const after = await stage.passOf(ana)
  expect([after.serial, after.url]).toEqual([before.serial, before.url])
  expect(BigInt(after.tag)).toBeGreaterThan(BigInt(before.tag))
  expect(Date.parse(after.updated_at)).toBeGreaterThan(Date.parse(before.updated_at))
  expect(stage.wallet(phone.id).fault).toBeUndefined()
  const [delivery] = await recipientsOf(stage.api, message.id)
  expect(delivery?.interactions).toEqual(['delivered'])
})

test('whoever throws the pass away is not told any more, and gets it back by the same link', async () => {
  const ana = await stage.person()
  await stage.issue([ana])
  const { wallet: phone, pass } = await stage.walletWith(ana)
  await stage.sandbox.control.removePass(phone.id, pass.serial)
  expect((await stage.passOf(ana)).devices).toBe(0)
  const message = await stage.issue([ana], stage.card({ logo_text: 'Meanwhile' }))
  const [delivery] = await recipientsOf(stage.api, message.id)
  expect(delivery).toMatchObject({
    status: 'sent',
    provider_status: null,
    detail: expect.stringContaining('link'),
  })
  const back = await stage.sandbox.control.addPass(phone.id, { url: (await stage.passOf(ana)).url })
  expect(back.serial).toBe(pass.serial)
  expect(back.json.logoText).toBe('Meanwhile')
})

test('trouble at Apple is tried again, and a refused certificate holds the message', async () => {
  const ana = await stage.person()
  await stage.issue([ana])
  const { wallet: phone } = await stage.walletWith(ana)
  const { control } = stage.sandbox
  control.addFault({ provider: 'apns', fault: 'status', status: 503, times: 1 })
  const id = await stage.start({
    channel: 'pass',
    to: { user_ids: [ana] },
    content: { title: 'Loyalty card' },
    overrides: { wallet: stage.card({ logo_text: 'Retried' }) },
  })
  const message = await stage.ended(id)
  expect(message.counts).toMatchObject({ sent: 1, failed: 0 })
  await until(() => stage.heldIn(phone.id).json.logoText === 'Retried')
  // The second attempt changes nothing: the version was stored by the first.
  expect(stage.heldIn(phone.id).updates).toBe(1)

  const fault = control.addFault({ provider: 'apns', fault: 'status', status: 403, reason: 'BadCertificate' })
  const held = await stage.start({
    channel: 'pass',
    to: { user_ids: [ana] },
    content: { title: 'Loyalty card' },
    overrides: { wallet: stage.card({ logo_text: 'Held' }) },
  })
  await until(async () => (await stage.api('GET', `/v1/messages/${held}`)).holds.length > 0)
  const { holds } = await stage.api('GET', `/v1/messages/${held}`)
  expect(holds).toMatchObject([{ platform: 'wallet', reason: 'credential_rejected' }])
  control.removeFault(fault.id)
  // A credential that is saved anew deserves a new try at once.
  await stage.api('PUT', `/v1/apps/${stage.app.id}/credentials/wallet`, control.accounts().wallet)
  expect((await stage.ended(held)).counts).toMatchObject({ sent: 1 })
})

test('content that can become a pass for nobody is refused, with the place', async () => {
  const ana = await stage.person()
  const refused = async (overrides: Record<string, unknown>, content = { title: 'Card' }) => {
    const { status, body } = await stage.server.request('POST', '/v1/messages', {
      app_id: stage.app.id,
      channel: 'pass',
      to: { user_ids: [ana] },
      content,
      overrides,
    })
    return [status, ...(body.errors ?? []).map(({ pointer }: { pointer: string }) => pointer)]
  }
  const unknown = '00000000-0000-7000-8000-000000000000'
  expect(await refused({})).toEqual([422, '/overrides/wallet'])
  expect(await refused({ wallet: { images: {} } })).toEqual([422, '/overrides/wallet/images/icon'])
  expect(await refused({ wallet: { images: { icon: unknown } } })).toEqual([
    422,
    '/overrides/wallet/images/icon',
  ])
  expect(await refused({ wallet: stage.card({ kind: 'boardingPass' }) })).toEqual([
    422,
    '/overrides/wallet/transit_type',
  ])
  expect(await refused({ wallet: stage.card({ background_color: 'red' }) })).toEqual([
    422,
    '/overrides/wallet/background_color',
  ])
  const twice = { primary: [{ key: 'a', value: '1' }], back: [{ key: 'a', value: '2' }] }
  expect(await refused({ wallet: stage.card({ fields: twice }) })).toEqual([
    422,
    '/overrides/wallet/fields/back/0/key',
  ])
  const silent = { primary: [{ key: 'a', value: '1', change_message: 'It changed' }] }
  expect(await refused({ wallet: stage.card({ fields: silent }) })).toEqual([
    422,
    '/overrides/wallet/fields/primary/0/change_message',
  ])
  expect(await refused({ wallet: stage.card({ logo_text: '{{ user.oops' }) })).toEqual([
    422,
    '/overrides/wallet/logo_text',
  ])
  expect((await stage.api('GET', `/v1/passes?user_id=${ana}`)).data).toEqual([])
})

test('whoever the pass cannot be made for, or who wants none, is excluded with the reason', async () => {
  const [ana, ben, cid] = [await stage.person(), await stage.person({ points: null }), await stage.person()]
  await stage.issue([cid])
  const { id } = await stage.passOf(cid)
  await stage.api('PATCH', `/v1/subscriptions/${id}`, { status: 'unsubscribed' })
  const message = await stage.issue([ana, ben, cid])
  expect(message.counts).toMatchObject({ targeted: 3, sent: 1, excluded: 2 })
  expect(message.excluded).toEqual({ render_error: 1, unsubscribed: 1 })

  const wrongDate = await stage.issue([ana], stage.card({ expires_at: '{{ user.first_name }}' }))
  expect(wrongDate.excluded).toEqual({ render_error: 1 })

  const other = await stage.openApp('Without passes')
  const none = await other.send({
    channel: 'pass',
    to: { user_ids: [ana] },
    content: { title: 'Card' },
    overrides: { wallet: stage.card() },
  })
  expect(none.excluded).toEqual({ no_credential: 1 })
})

test('two messages that meet somebody at the same time give one pass', async () => {
  const someone = await Promise.all(Array.from({ length: 20 }, () => stage.person()))
  await Promise.all([stage.issue(someone), stage.issue([...someone].reverse()), stage.issue(someone)])
  for (const userId of someone)
    expect((await stage.api('GET', `/v1/passes?user_id=${userId}`)).data).toHaveLength(1)
})

test('a pass is not registered as a device is', async () => {
  const answer = await stage.server.request('POST', '/v1/subscriptions', {
    app_id: stage.app.id,
    platform: 'wallet',
    token: 'A'.repeat(22),
  })
  expect(answer.status).toBe(422)
})

test('the credential is checked, shown masked with its end, and tried out', async () => {
  const path = `/v1/apps/${stage.app.id}/credentials/wallet`
  const saved = await stage.api('GET', path)
  expect(saved.fields).toMatchObject({
    pass_type_id: 'pass.com.example.carillon',
    team_id: 'SANDBOXTM1',
    key: '••••••••',
  })
  expect(JSON.stringify(saved)).not.toContain('BEGIN')
  expect(Date.parse(saved.expires_at)).toBeGreaterThan(Date.now())
  const { stages } = await stage.api('POST', `${path}/test`, {})
  expect(stages).toMatchObject([
    { stage: 'signature', ok: true },
    { stage: 'authentication', ok: true },
  ])
  const { wallet: sample } = stage.sandbox.control.accounts()
  const wrong = await stage.server.request('PUT', path, { ...sample, team_id: 'OTHERTEAM1' })
  expect(wrong).toMatchObject({ status: 422, body: { errors: [{ pointer: '/team_id' }] } })
})

test('an image is a PNG of at most 256 KiB, and the same one is kept once', async () => {
  const upload = (data: string) => stage.server.request('POST', '/v1/pass-images', { data })
  const again = await upload(`data:image/png;base64,${png}`)
  expect([again.status, again.body.id]).toEqual([200, stage.icon])
  expect(await stage.api('GET', `/v1/pass-images/${stage.icon}`)).toMatchObject({
    width: 1,
    height: 1,
    data: `data:image/png;base64,${png}`,
  })
  const bytes = Buffer.from(png, 'base64')
  for (const wrong of [
    Buffer.from('GIF89a'),
    bytes.subarray(0, 40),
    Buffer.concat([bytes.subarray(0, -12), Buffer.alloc(256 * 1024), bytes.subarray(-12)]),
  ])
    expect(await upload(wrong.toString('base64'))).toMatchObject({
      status: 422,
      body: { errors: [{ pointer: '/data' }] },
    })
})

test('a campaign gives everybody who comes to match a pass, once', async () => {
  const tier = `gold ${Date.now()}`
  const ana = await stage.person({ tier })
  const segment = await stage.api('POST', '/v1/segments', {
    name: tier,
    conditions: [{ number: 1, attribute: 'tier', operator: 'equals', value: tier }],
    definition: '1',
  })
  const now = stage.clock.now().getTime()
  const campaign = await stage.api('POST', '/v1/campaigns', {
    name: tier,
    zone: 'UTC',
    segment_ids: [segment.id],
    start_local: new Date(now - 60_000).toISOString().slice(0, 19),
    end_local: new Date(now + 3_600_000).toISOString().slice(0, 19),
    messages: [
      {
        name: 'Card',
        app_id: stage.app.id,
        channel: 'pass',
        content: { title: 'Gold card' },
        overrides: { wallet: stage.card() },
      },
    ],
  })
  await stage.api('POST', `/v1/campaigns/${campaign.id}/start`)
  await until(async () => (await stage.passOf(ana)) !== undefined)
  const ben = await stage.person({ tier })
  await until(async () => (await stage.passOf(ben)) !== undefined)
  await stage.settle()
  const { data: runs } = await stage.api('GET', `/v1/messages?campaign_id=${campaign.id}`)
  expect(runs.reduce((sum: number, { counts }: Message) => sum + counts.sent, 0)).toBe(2)
})

test('an event issues a pass, and its definition is refused while it lacks one', async () => {
  const ana = await stage.person()
  const definition = {
    name: 'Joined the club',
    app_id: stage.app.id,
    channels: ['pass'],
    content: { title: 'Club card {{ variables.number }}' },
    variables: [{ name: 'number', example: '7' }],
  }
  const refused = await stage.server.request('POST', '/v1/event-definitions', definition)
  expect(refused).toMatchObject({ status: 422, body: { errors: [{ pointer: '/overrides/wallet' }] } })
  const overrides = { wallet: stage.card() }
  const { id } = await stage.api('POST', '/v1/event-definitions', { ...definition, overrides })
  await stage.api('POST', `/v1/event-definitions/${id}/activate`)
  const { message_id } = await stage.api('POST', `/v1/event-definitions/${id}/invoke`, {
    users: [{ id: ana }],
    variables: { number: '42' },
  })
  expect((await stage.ended(message_id)).counts.sent).toBe(1)
  expect((await stage.passOf(ana)).description).toBe('Club card 42')
})

test('any message can name the link of its person’s pass', async () => {
  const [ana, ben] = [await stage.person(), await stage.person()]
  await stage.issue([ana])
  const devices = []
  for (const userId of [ana, ben]) {
    const [device] = stage.sandbox.control.createDevices({ platform: 'apns', app: stage.app.names.apns })
    if (device) await stage.register(device, { user_id: userId })
    devices.push(device)
  }
  const send = (body: string) =>
    stage.send({ to: { user_ids: [ana, ben] }, content: { title: 'Card', body } })
  const strict = await send('Your card: {{ pass_url }}')
  expect([strict.counts.sent, strict.excluded]).toEqual([1, { render_error: 1 }])
  const [shown] = stage.sandbox.control.phone(String(devices[0]?.id)).notifications
  expect(shown?.body).toBe(`Your card: ${(await stage.passOf(ana)).url}`)
  const lenient = await send('Your card: {{ pass_url | default: "at the desk" }}')
  expect(lenient.counts.sent).toBe(2)
  const { previews, problems } = await stage.api('POST', '/v1/messages/preview', {
    content: { title: 'Card', body: '{{ pass_url }}' },
    app_id: stage.app.id,
  })
  expect([problems, previews[0].ok]).toEqual([[], true])
})

// Last, because it moves the clock.
test('a device whose push token is dead is unregistered, and the pass lives on', async () => {
  const ana = await stage.person()
  await stage.issue([ana])
  const { wallet: dead } = await stage.walletWith(ana, 'unregistered')
  const { wallet: phone } = await stage.walletWith(ana)
  expect((await stage.passOf(ana)).devices).toBe(2)
  // The emulator's device dies a second after it has registered.
  stage.clock.pass(2_000)
  const message = await stage.issue([ana], stage.card({ logo_text: 'New' }))
  expect(message.counts).toMatchObject({ sent: 1, failed: 0 })
  expect(message.retired_tokens).toBe(0)
  await until(() => stage.heldIn(phone.id).updates === 1)
  await until(async () => (await stage.passOf(ana)).devices === 1)
  expect(stage.heldIn(dead.id).updates).toBe(0)
  const again = await stage.issue([ana])
  expect(again.counts).toMatchObject({ sent: 1, failed: 0 })
})
