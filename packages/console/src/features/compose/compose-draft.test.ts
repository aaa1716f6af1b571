import type { App, Preview } from '@carillon/contract'
import { MessageCreate } from '@carillon/contract'
import { describe, expect, it } from 'vitest'
import { openVariant, startExperiment } from '../../shared/experiment/experiment-draft.ts'
import { type Circumstances, checkDraft } from './compose-checks.ts'
import {
  type ComposeDraft,
  emptyComposeDraft,
  type Family,
  guardFor,
  prefilled,
  toMessage,
} from './compose-draft.ts'

const id = '7b8a4c1e-0d0f-4a53-9d2f-0c6c8f3a1b11'
const app: App = {
  id,
  name: 'Shop',
  category: null,
  icon: null,
  status: 'published',
  publishable_key: 'pk_1',
  identity_required: false,
  has_identity_key: false,
  credentials: ['apns'],
  subscriptions: 10,
  created_at: '2026-01-01T00:00:00Z',
}
const reachable = { apns: 5, fcm: 0, webpush: 0, wns: 0, email: 0, sms: 0, wallet: 0 }
const calm: Circumstances = {
  app,
  expected: 5,
  reachable,
  previews: [],
  nowMs: Date.parse('2026-06-01T12:00:00Z'),
}

function written(change: Partial<ComposeDraft> = {}): ComposeDraft {
  return { ...emptyComposeDraft('Europe/Berlin'), appId: id, content: { title: 'Hello' }, ...change }
}
const sentences = (draft: ComposeDraft, circumstances = calm) =>
  checkDraft(draft, circumstances).map(({ severity, sentence }) => `${severity}: ${sentence}`)

describe('what a draft becomes', () => {
  it('is a message that the contract takes', () => {
    const draft = written()
    const delivery = {
      ...draft.delivery,
      when: 'later' as const,
      at: '2026-07-01T09:00',
      expiry: 'after' as const,
    }
    const message = toMessage({ ...draft, delivery, variables: '{"code":"X"}' }, guardFor(5))
    expect(MessageCreate.parse(message)).toMatchObject({
      app_id: id,
      to: { all: true },
      start_at: '2026-07-01T07:00:00.000Z',
      ttl_seconds: 86_400,
      variables: { code: 'X' },
      confirm_audience_at_most: 105,
    })
  })

  it('goes at a time of each person’s own, and then has no start', () => {
    const { delivery } = written()
    const timing = {
      ...delivery.timing,
      turn: 'local_time' as const,
      localAt: '2026-07-01T09:00',
      perMinute: 60,
    }
    const later = { ...delivery, when: 'later' as const, at: '2026-06-30T09:00', timing }
    const message = MessageCreate.parse(toMessage(written({ delivery: later }), null))
    expect(message).toMatchObject({
      delivery: { kind: 'local_time', at: '2026-07-01T09:00', late: 'next_day' },
      pace_per_minute: 60,
    })
    expect(message.start_at).toBeUndefined()
    expect(sentences(written({ delivery: later }))).toEqual([])
    const past = { ...later, timing: { ...timing, localAt: '2026-05-30T09:00' } }
    expect(sentences(written({ delivery: past }))).toEqual([
      'error: The time has passed wherever people may be.',
    ])
    const none = { ...later, timing: { ...timing, localAt: '' } }
    expect(sentences(written({ delivery: none }))).toEqual([
      'error: Say what people’s clocks show when they get it.',
    ])
  })

  it('is an experiment where variants are tried, and every one of them has to say something', () => {
    const two = openVariant(startExperiment(written({ content: {} })), 1)
    const draft = { ...written(), ...two, content: { title: 'Hi' } }
    expect(sentences(draft)).toEqual(['error: Variant A: write it, or pick a template.'])
    const message = MessageCreate.parse(toMessage(draft, null))
    expect(message.experiment?.variants.map(({ content }) => content?.title)).toEqual([undefined, 'Hi'])
    expect(message).not.toHaveProperty('content')
  })

  it('is nothing while it names nobody', () => {
    const draft = written()
    expect(toMessage({ ...draft, audience: { ...draft.audience, family: 'segments' } }, null)).toBeNull()
  })

  it('names exactly one family of recipients, whatever else was entered before', () => {
    const draft = prefilled(prefilled(written(), { segment_id: id }), { user_id: id })
    expect(toMessage(draft, null)?.to).toEqual({ user_ids: [id] })
  })

  it('leaves out the excluded segments, whatever the family', () => {
    const { audience } = written()
    const excluding = { ...audience, excludedSegmentIds: [id], segmentIds: [id], userIds: [id] }
    const to = (family: Family) => toMessage(written({ audience: { ...excluding, family } }), null)?.to
    expect(to('all')).toEqual({ all: true, exclude_segment_ids: [id] })
    expect(to('segments')).toEqual({ segment_ids: [id], exclude_segment_ids: [id] })
    expect(to('users')).toEqual({ user_ids: [id], exclude_segment_ids: [id] })
    expect(to('subscriptions')).toBeUndefined()
  })

  it('sends a template instead of the texts written here', () => {
    const message = toMessage(written({ templateId: id }), null)
    expect(message).toMatchObject({ template_id: id })
    expect(message).not.toHaveProperty('content')
  })
})

describe('the checklist of the review', () => {
  it('has nothing to say about a whole draft', () => {
    expect(checkDraft(written(), calm)).toEqual([])
  })

  it('blocks what the server would refuse', () => {
    const draft = written({ content: {}, variables: '{' })
    const unpublished = { ...calm, app: { ...app, status: 'unpublished' as const } }
    expect(sentences(draft, unpublished)).toEqual([
      'error: Shop is not published; only published apps send.',
      'error: Write something to send.',
      'error: The variables are not valid JSON.',
    ])
  })

  it('blocks a start in the past and an expiry before the start', () => {
    const { delivery } = written()
    expect(sentences(written({ delivery: { ...delivery, when: 'later', at: '2026-05-01T09:00' } }))).toEqual([
      'error: The start lies in the past.',
    ])
    expect(
      sentences(written({ delivery: { ...delivery, expiry: 'at', expiresAt: '2026-06-01T13:59' } })),
    ).toEqual(['error: It would expire before it starts.'])
  })

  it('warns of devices that are left out because a credential is missing', () => {
    expect(sentences(written(), { ...calm, reachable: { ...reachable, fcm: 1_200 } })).toEqual([
      'warning: Shop has no credential for Android: 1,200 devices are left out.',
    ])
  })

  it('warns of one platform that cannot be built, and blocks when none can', () => {
    const broken = preview({ platform: 'apns', ok: false })
    expect(sentences(written(), { ...calm, previews: [broken] })).toEqual(['error: iOS: Too large'])
    const both: Circumstances = {
      ...calm,
      app: { ...app, credentials: ['apns', 'fcm'] },
      previews: [broken, preview({ platform: 'fcm', ok: true })],
    }
    expect(sentences(written(), both)).toEqual(['warning: iOS: Too large'])
  })
})

function preview({ platform, ok }: Pick<Preview, 'platform' | 'ok'>): Preview {
  return {
    platform,
    ok,
    title: 'Hello',
    body: null,
    image: null,
    locale: null,
    headers: {},
    payload: {},
    size_bytes: 10,
    limit_bytes: 4096,
    problem: ok ? null : { pointer: '/content', detail: 'Too large' },
  }
}
