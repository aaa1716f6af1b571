import { type Campaign, CampaignCreate } from '@carillon/contract'
import { describe, expect, it } from 'vitest'
import { draftOf, emptyCampaign, missingIn, newMessage, toCampaign } from './campaign-draft.ts'

const now = new Date('2026-03-28T22:10:00Z')
const appId = '0197a000-0000-7000-8000-000000000001'

describe('a new campaign', () => {
  it('starts at the next full hour of its zone and lasts a week by the clock on the wall', () => {
    const { startLocal, endLocal } = emptyCampaign('Europe/Berlin', now)
    expect([startLocal, endLocal]).toEqual(['2026-03-29T00:00', '2026-04-05T01:00'])
  })

  it('says what is missing', () => {
    expect(missingIn(emptyCampaign('UTC', now))).toEqual([
      'Give it a name.',
      'Pick at least one segment.',
      'Message 1: pick the app that sends.',
      'Message 1: write it, or pick a template.',
    ])
    const backwards = { ...emptyCampaign('UTC', now), endLocal: '2020-01-01T00:00' }
    expect(missingIn(backwards)).toContain('It would end before it starts.')
  })

  it('cannot be saved without a name or an app', () => {
    const draft = emptyCampaign('UTC', now)
    expect(toCampaign(draft)).toBeNull()
    expect(toCampaign({ ...draft, name: 'Spring' })).toBeNull()
    expect(toCampaign({ ...draft, name: 'Spring', messages: [] })).not.toBeNull()
  })

  it('is a body that the API takes', () => {
    const draft = emptyCampaign('UTC', now)
    const message = { ...newMessage([]), appId, content: { title: 'Hello' }, variables: '{"code": 1}' }
    const body = toCampaign({
      ...draft,
      name: 'Spring',
      messages: [{ ...message, repeat: 'days' as const, repeatEvery: 2 }],
    })
    expect(CampaignCreate.parse(body).messages[0]).toMatchObject({
      content: { title: 'Hello' },
      variables: { code: 1 },
      repeat: { every: 2, unit: 'days' },
    })
  })
})

it('a campaign that is opened and saved unchanged stays as it was', () => {
  const given = {
    name: 'Spring',
    type: 'Sale',
    segment_ids: [appId],
    exclude_segment_ids: [],
    reach: 'first' as const,
    zone: 'Europe/Berlin',
    start_local: '2026-04-01T09:00:30',
    end_local: '2026-04-02T09:00',
    evaluate_every_seconds: 90,
    messages: [
      {
        id: appId,
        name: 'Hello',
        app_id: appId,
        channel: 'push' as const,
        content: null,
        template_id: appId,
        variables: { code: 'X' },
        overrides: { apns: { badge: 1 } },
        repeat: { every: 3, unit: 'weeks' as const },
        delivery: { kind: 'local_time' as const, at: '09:00' },
        pace_per_minute: 600,
        topic: 'news',
        tags: ['spring'],
      },
    ],
  }
  const body = toCampaign(draftOf(given as unknown as Campaign))
  const { content: _content, ...message } = given.messages[0] as (typeof given.messages)[0]
  expect(body).toEqual({ ...given, messages: [message] })

  const variants = [
    { name: 'A', weight: 2, content: { title: 'Hello' }, overrides: { apns: { badge: 2 } } },
    { name: 'B', weight: 1, template_id: appId },
  ]
  const { template_id: _template, ...rest } = message
  const varied = { ...rest, experiment: { variants, control_percent: 5 } }
  const saved = { ...given, messages: [{ ...varied, content: null, template_id: null }] }
  expect(toCampaign(draftOf(saved as unknown as Campaign))).toEqual({ ...given, messages: [varied] })
})
