import { describe, expect, it } from 'vitest'
import { type Standing, stepsFrom } from './steps.ts'

const nothing: Standing = {
  sandbox: true,
  apps: [],
  segments: [],
  messages: [],
  phones: [],
  browser: { supported: true, subscribed: false },
}
const app = { id: 'a', status: 'unpublished', credentials: [] as string[], subscriptions: 0 }
const done = (standing: Standing) =>
  stepsFrom(standing)
    .filter((step) => step.done)
    .map(({ id }) => id)

describe('the steps of getting started', () => {
  it('are all open on an empty server', () => {
    expect(done(nothing)).toEqual([])
    expect(stepsFrom(nothing)).toHaveLength(8)
  })

  it('are done by what is there, in whatever order it came', () => {
    expect(done({ ...nothing, apps: [app], segments: [{}] })).toEqual(['app', 'segment'])
    expect(
      done({
        ...nothing,
        apps: [{ ...app, status: 'published', credentials: ['apns'], subscriptions: 1 }],
        messages: [{ counts: { received: 0, opened: 0 } }],
        phones: [{ notifications: [{}] }],
      }),
    ).toEqual(['app', 'credential', 'publish', 'device', 'send', 'arrive'])
  })

  it('take an opened message as arrived where there are no virtual phones', () => {
    const standing = { ...nothing, sandbox: false, phones: undefined }
    expect(done({ ...standing, messages: [{ counts: { received: 0, opened: 0 } }] })).toEqual(['send'])
    expect(done({ ...standing, messages: [{ counts: { received: 0, opened: 1 } }] })).toEqual([
      'send',
      'arrive',
    ])
  })

  it('are not known before the server answered', () => {
    const unknown = { ...nothing, apps: undefined, messages: undefined, segments: undefined }
    expect(stepsFrom(unknown).filter((step) => step.done === undefined)).toHaveLength(7)
  })

  it('lead to the published app, and leave out a browser that cannot subscribe', () => {
    const steps = stepsFrom({
      ...nothing,
      apps: [app, { ...app, id: 'b', status: 'published' }],
      browser: { supported: false, subscribed: false },
    })
    expect(steps.map(({ id }) => id)).not.toContain('browser')
    expect(steps[1]?.appId).toBe('b')
  })
})
