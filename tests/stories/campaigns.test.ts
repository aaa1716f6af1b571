import { wallTime } from '@carillon/contract'
import { expect, test } from 'vitest'
import {
  become,
  campaignOf,
  change,
  clock,
  countsOf,
  create,
  createPerson,
  createSegment,
  hourMs,
  inHours,
  launch,
  minuteMs,
  pass,
  playCampaigns,
  request,
  runsOf,
  soon,
  stage,
} from './campaigns-stage.ts'

playCampaigns()

test('people in two segments get it once; somebody without a device is counted and not sent to', async () => {
  const [red, round] = [await createSegment('colour', 'red'), await createSegment('form', 'round')]
  const both = await createPerson({ colour: 'red', form: 'round' })
  const one = await createPerson({ colour: 'red' })
  const none = await createPerson({ colour: 'blue' })
  const deviceless = await createPerson({ colour: 'red' }, false)
  const { id } = await launch({ segment_ids: [red, round] })
  expect([both.got(), one.got(), none.got()]).toEqual([['Hello'], ['Hello'], []])
  expect(await countsOf(id)).toMatchObject({
    users: 3,
    messages: [{ subscribed: 2, met: 2, sent: 2, failed: 0, pending: 0 }],
  })
  const [run, ...others] = await runsOf(id)
  expect([run?.counts.targeted, run?.campaign_id, others]).toEqual([2, id, []])

  // The device comes later, and so does the message.
  const { email } = (await stage.api('GET', `/v1/users/${deviceless.id}`)).attributes
  await stage.subscribe({ platform: 'apns' }, email)
  await stage.settle()
  expect(await countsOf(id)).toMatchObject({ messages: [{ subscribed: 3, met: 3, sent: 3 }] })
})

test('somebody who comes to match by themselves gets it at the next hour, and nobody else again', async () => {
  const segment = await createSegment('city', 'Oslo')
  const early = await createPerson({ city: 'Oslo' })
  const late = await createPerson({ city: 'Rome' })
  const { id } = await launch({ segment_ids: [segment] })
  await become(late.id, { city: 'Oslo' })
  // The hours are counted from the minute in which it started.
  await pass(58 * minuteMs)
  expect([early.got(), late.got()]).toEqual([['Hello'], []])
  await pass(2 * minuteMs)
  expect([early.got(), late.got()]).toEqual([['Hello'], ['Hello']])
  await pass(5 * hourMs)
  expect([early.got(), late.got()]).toEqual([['Hello'], ['Hello']])
  const [second, ...others] = await runsOf(id)
  expect(others).toHaveLength(1)
  const why = await stage.api('GET', `/v1/messages/${second?.id}/why?user_id=${early.id}`)
  expect(why.answer).toContain('Another run of the campaign has met this person')
})

test('somebody who is changed through the API gets it at once, before everybody is looked at again', async () => {
  const segment = await createSegment('team', 'blue')
  const person = await createPerson({ team: 'red' })
  const forgotten = await createPerson({ team: 'red' })
  const { id } = await launch({ segment_ids: [segment] })
  await become(forgotten.id, { team: 'blue' })
  await stage.api('PATCH', `/v1/users/${person.id}`, { attributes: { team: 'blue' } })
  await expect.poll(person.got, soon).toEqual(['Hello'])
  const created = await createPerson({ team: 'blue' })
  await expect.poll(created.got, soon).toEqual(['Hello'])
  expect(forgotten.got()).toEqual([])
  expect((await campaignOf(id)).totals.sent).toBe(2)
})

test('an exclusion holds for whoever is changed, too', async () => {
  const [inside, outside] = [await createSegment('plan', 'pro'), await createSegment('mood', 'annoyed')]
  const person = await createPerson({ plan: 'free', mood: 'annoyed' })
  const { id } = await launch({ segment_ids: [inside], exclude_segment_ids: [outside] })
  await stage.api('PATCH', `/v1/users/${person.id}`, { attributes: { plan: 'pro' } })
  await stage.settle()
  expect([person.got(), await runsOf(id)]).toEqual([[], []])
})

test('it starts and ends by itself, at the wall clock of its zone', async () => {
  const segment = await createSegment('zone', 'here')
  const person = await createPerson({ zone: 'here' })
  // Half an hour off the full hours of everybody else.
  const zone = 'Asia/Kolkata'
  const startAt = new Date(Math.ceil(clock.now().getTime() / minuteMs) * minuteMs + 2 * hourMs)
  const campaign = await launch({
    segment_ids: [segment],
    zone,
    start_local: wallTime(startAt, zone),
    end_local: wallTime(new Date(startAt.getTime() + 3 * hourMs), zone),
  })
  expect(campaign).toMatchObject({ status: 'pending', start_at: startAt.toISOString() })
  clock.pass(startAt.getTime() - minuteMs - clock.now().getTime())
  await pass(0)
  expect([(await campaignOf(campaign.id)).status, person.got()]).toEqual(['pending', []])
  await pass(minuteMs)
  expect([(await campaignOf(campaign.id)).status, person.got()]).toEqual(['running', ['Hello']])

  await pass(3 * hourMs)
  const late = await createPerson({ zone: 'here' })
  await pass(24 * hourMs)
  expect([(await campaignOf(campaign.id)).status, late.got()]).toEqual(['completed', []])
})

test('paused, nobody gets it; resumed, everybody who matches by then, once', async () => {
  const segment = await createSegment('tea', 'green')
  const before = await createPerson({ tea: 'green' })
  const { id } = await launch({ segment_ids: [segment] })
  expect(await change(id, 'pause')).toMatchObject({ status: 'paused', next_evaluation_at: null })
  expect(await change(id, 'pause')).toMatchObject({ status: 'paused' })
  const during = await createPerson({ tea: 'green' })
  await pass(3 * hourMs)
  expect([before.got(), during.got()]).toEqual([['Hello'], []])
  expect(await change(id, 'resume')).toMatchObject({ status: 'running' })
  await stage.settle()
  expect([before.got(), during.got()]).toEqual([['Hello'], ['Hello']])
})

test('a pause holds the runs that are under way, and nobody resumes one of them alone', async () => {
  const other = await stage.openApp('In the middle')
  const people = await other.seed({ platform: 'apns', count: 2_000 }, { sort: 'many' })
  const segment = await createSegment('sort', 'many')
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'slow', delay_ms: 150 })
  const accepted = () => stage.sandbox.control.stats().apns.accepted
  const first = accepted()
  const { id } = await create({
    segment_ids: [segment],
    messages: [{ name: 'Many', app_id: other.app.id, content: { title: 'Many' } }],
  })
  await change(id, 'start')
  await expect.poll(() => accepted() - first, { ...soon, interval: 10 }).toBeGreaterThan(100)
  await change(id, 'pause')
  const atAnswer = accepted()
  const [run] = await runsOf(id)
  expect(run?.status).toBe('paused')
  const alone = await request('POST', `/v1/messages/${run?.id}/resume`)
  expect([alone.status, alone.body.detail]).toEqual([409, 'Its campaign is paused; resume the campaign.'])
  await pass(hourMs)
  expect([accepted(), atAnswer - first < people.length]).toEqual([atAnswer, true])
  stage.sandbox.control.clearFaults()
  await change(id, 'resume')
  await stage.settle()
  expect(accepted() - first).toBe(people.length)
  expect((await countsOf(id)).messages[0]).toMatchObject({ met: people.length, sent: people.length })
})

test('terminated, nothing more is sent; restarted, only those get it who had not', async () => {
  const segment = await createSegment('pet', 'cat')
  const before = await createPerson({ pet: 'cat' })
  const campaign = await launch({ segment_ids: [segment] })
  const { id } = campaign
  expect(await change(id, 'terminate')).toMatchObject({ status: 'terminated' })
  const after = await createPerson({ pet: 'cat' })
  await pass(2 * hourMs)
  expect([before.got(), after.got()]).toEqual([['Hello'], []])
  for (const to of ['start', 'pause', 'resume'])
    expect((await request('POST', `/v1/campaigns/${id}/${to}`)).status).toBe(409)

  const past = { start_local: inHours(-9), end_local: inHours(-3) }
  const refused = await request('POST', `/v1/campaigns/${id}/restart`, past)
  expect([refused.status, refused.body.errors[0].pointer]).toEqual([422, '/end_local'])
  const dates = () => ({ start_local: inHours(0), end_local: inHours(9) })
  expect(await change(id, 'restart', dates())).toMatchObject({ status: 'running' })
  await stage.settle()
  expect([before.got(), after.got()]).toEqual([['Hello'], ['Hello']])

  await change(id, 'terminate')
  await change(id, 'restart', { ...dates(), again: true })
  await stage.settle()
  expect([before.got(), after.got()]).toEqual([
    ['Hello', 'Hello'],
    ['Hello', 'Hello'],
  ])
})

test('whom a terminated campaign had met without sending is met by its restart', async () => {
  const segment = await createSegment('pet', 'snail')
  const person = await createPerson({ pet: 'snail' })
  stage.sandbox.control.addFault({ provider: 'apns', fault: 'status', status: 503 })
  const { id } = await create({ segment_ids: [segment] })
  await change(id, 'start')
  await expect.poll(async () => (await countsOf(id)).messages[0]?.met, soon).toBe(1)
  await change(id, 'terminate')
  stage.sandbox.control.clearFaults()
  await pass(hourMs)
  expect([person.got(), (await countsOf(id)).messages[0]?.pending]).toEqual([[], 0])
  await change(id, 'restart', { start_local: inHours(0), end_local: inHours(9) })
  await stage.settle()
  expect(person.got()).toEqual(['Hello'])
})

test('a message that repeats comes once in every round, and each message has rounds of its own', async () => {
  const segment = await createSegment('habit', 'daily')
  const person = await createPerson({ habit: 'daily' })
  const message = (name: string, repeat?: object) => ({
    name,
    app_id: stage.app.id,
    content: { title: name },
    ...(repeat ? { repeat } : {}),
  })
  const { id } = await launch({
    segment_ids: [segment],
    messages: [
      message('Welcome'),
      message('Daily', { every: 1, unit: 'days' }),
      message('Often', { every: 10, unit: 'hours' }),
    ],
    end_local: inHours(60),
  })
  await expect.poll(() => person.got().length, soon).toBe(3)
  for (let hours = 0; hours < 25; hours += 5) await pass(5 * hourMs)
  expect(person.got().sort()).toEqual(['Daily', 'Daily', 'Often', 'Often', 'Often', 'Welcome'])
  expect((await countsOf(id)).messages.map(({ met }) => met)).toEqual([1, 1, 1])
  await pass(100 * hourMs)
  expect(person.got()).toHaveLength(6)
  expect((await campaignOf(id)).status).toBe('completed')
})
