import type { Campaign } from '@carillon/contract'
import { expect, test } from 'vitest'
import {
  become,
  campaignOf,
  change,
  create,
  createPerson,
  createSegment,
  draft,
  hourMs,
  inHours,
  launch,
  minuteMs,
  pass,
  playCampaigns,
  request,
  stage,
} from './campaigns-stage.ts'

playCampaigns()

test('what keeps a campaign from starting is told all at once, and starting it says the same', async () => {
  const unpublished = (await stage.api('POST', '/v1/apps', { name: 'Not yet' })).id
  const { id } = await create({
    start_local: inHours(-10),
    end_local: inHours(-5),
    messages: [
      { name: 'Broken', app_id: stage.app.id, content: { title: '{{ user.first_name' } },
      { name: 'Empty', app_id: unpublished },
    ],
  })
  const { valid, problems } = await stage.api('POST', `/v1/campaigns/${id}/validate`)
  const places = problems.map(({ pointer, code }: { pointer: string; code: string }) => [pointer, code])
  expect([valid, places]).toEqual([
    false,
    [
      ['/segment_ids', 'missing'],
      ['/end_local', 'past'],
      ['/messages/0/content/title', expect.any(String)],
      ['/messages/1/app_id', 'unpublished'],
      ['/messages/1/app_id', 'no_credential'],
      ['/messages/1/content', 'missing'],
    ],
  ])
  const { status, body } = await request('POST', `/v1/campaigns/${id}/start`)
  expect([status, body.errors]).toEqual([422, problems])
})

test('what is missing or contradicts itself is refused where it stands, when it is saved', async () => {
  const { status, body } = await request('POST', '/v1/campaigns', { segment_ids: [] })
  expect(status).toBe(422)
  const missing = body.errors.map(({ pointer }: { pointer: string }) => pointer)
  expect(missing.sort()).toEqual(['/end_local', '/name', '/start_local', '/zone'])

  const nobody = '0197a000-0000-7000-8000-000000000000'
  const wrong = await request(
    'POST',
    '/v1/campaigns',
    draft({
      start_local: '2027-01-02T10:00',
      end_local: '2027-01-02T10:00',
      segment_ids: [nobody],
      messages: [{ name: 'x', app_id: nobody, template_id: nobody }],
    }),
  )
  expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
    '/end_local',
    '/segment_ids/0',
    '/messages/0/app_id',
    '/messages/0/template_id',
  ])
  for (const start_local of ['2027-02-30T10:00', '01/02/2027 10:00:00 AM', '2027-01-02T10:00Z'])
    expect((await request('POST', '/v1/campaigns', draft({ start_local }))).body.errors[0].pointer).toBe(
      '/start_local',
    )
  const taken = draft({})
  await stage.api('POST', '/v1/campaigns', taken)
  expect((await request('POST', '/v1/campaigns', taken)).body.code).toBe('already_exists')
})

test('a campaign at work can neither be changed nor deleted, nor can what it needs', async () => {
  const segment = await createSegment('job', 'cook')
  const person = await createPerson({ job: 'cook' })
  const campaign = await launch({ segment_ids: [segment] })
  const { id, messages } = campaign
  const body = { ...draft({ segment_ids: [segment] }), messages: [{ ...draft({}).messages[0] }] }
  const statusOf = async (method: string, path: string, given?: unknown) =>
    (await request(method, path, given)).status
  expect(await statusOf('PUT', `/v1/campaigns/${id}`, body)).toBe(409)
  expect(await statusOf('DELETE', `/v1/campaigns/${id}`)).toBe(409)
  expect(await statusOf('DELETE', `/v1/segments/${segment}`)).toBe(409)

  await change(id, 'pause')
  const renamed = { id: messages[0]?.id, name: 'Again', app_id: stage.app.id, content: { title: 'Changed' } }
  const put = await request('PUT', `/v1/campaigns/${id}`, { ...body, messages: [renamed] })
  expect([put.status, put.body.status]).toEqual([200, 'paused'])
  await change(id, 'resume')
  const next = await createPerson({ job: 'cook' })
  await stage.settle()
  expect([person.got(), next.got()]).toEqual([['Hello'], ['Changed']])
  await change(id, 'pause')
  expect(await statusOf('DELETE', `/v1/campaigns/${id}`)).toBe(204)
  expect(await statusOf('GET', `/v1/campaigns/${id}`)).toBe(404)
  expect((await stage.api('GET', '/v1/messages')).data[0]).toMatchObject({ campaign_id: null })
})

test('the interval is a setting, and a change of it is for campaigns that are created afterwards', async () => {
  const before = await create({})
  expect(before.evaluate_every_seconds).toBe(3_600)
  await stage.api('PUT', '/v1/settings', { campaign_interval_seconds: 600 })
  const segment = await createSegment('speed', 'fast')
  const person = await createPerson({ speed: 'slow' })
  const after = await launch({ segment_ids: [segment] })
  expect([after.evaluate_every_seconds, (await campaignOf(before.id)).evaluate_every_seconds]).toEqual([
    600, 3_600,
  ])
  await become(person.id, { speed: 'fast' })
  await pass(10 * minuteMs)
  expect(person.got()).toEqual(['Hello'])
  await stage.api('PUT', '/v1/settings', { campaign_interval_seconds: 3_600 })
})

test('an app that is unpublished meanwhile loses nobody: they are met once it is published again', async () => {
  const other = await stage.openApp('Away for a while')
  const segment = await createSegment('patience', 'much')
  const { id } = await launch({
    segment_ids: [segment],
    messages: [{ name: 'Late', app_id: other.app.id, content: { title: 'Late' } }],
  })
  await stage.api('POST', `/v1/apps/${other.app.id}/unpublish`)
  await other.seed({ platform: 'apns', count: 1 }, { patience: 'much' })
  await pass(hourMs)
  expect((await campaignOf(id)).problems).toMatchObject([
    { pointer: '/messages/0/app_id', code: 'unpublished' },
  ])
  await stage.api('POST', `/v1/apps/${other.app.id}/publish`)
  await pass(hourMs)
  expect(await campaignOf(id)).toMatchObject({ problems: [], totals: { sent: 1 } })
})

test('lists by status, type, segment and name, and the calendar of a span of time', async () => {
  const segment = await createSegment('list', 'me')
  const [from, to] = ['2031-05-01T00:00:00Z', '2031-06-01T00:00:00Z']
  const dates = { start_local: '2031-04-28T09:00', end_local: '2031-05-02T09:00', zone: 'Europe/Berlin' }
  const mine = await create({ name: 'Spring 100%', type: 'Sale', segment_ids: [segment], ...dates })
  const filters = [`segment_id=${segment}`, 'type=Sale', 'search=spring%20100%25']
  for (const filter of filters) {
    const { data } = await stage.api('GET', `/v1/campaigns?status=draft&${filter}`)
    expect(data.map(({ id }: Campaign) => id)).toEqual([mine.id])
  }
  expect((await stage.api('GET', '/v1/campaigns?status=running&type=Sale')).data).toEqual([])
  const span = await stage.api('GET', `/v1/campaigns/calendar?from=${from}&to=${to}`)
  expect(span).toMatchObject({
    data: [{ id: mine.id, status: 'draft', start_at: '2031-04-28T07:00:00.000Z' }],
    truncated: false,
  })
  const earlier = '2031-04-01T00:00:00Z'
  expect(
    (await stage.api('GET', `/v1/campaigns/calendar?from=${earlier}&to=2031-04-28T07:00:00Z`)).data,
  ).toEqual([])
})
