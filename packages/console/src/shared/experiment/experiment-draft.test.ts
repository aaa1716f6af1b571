import { Experiment } from '@carillon/contract'
import { describe, expect, it } from 'vitest'
import {
  addVariant,
  changeOpenVariant,
  endExperiment,
  experimentDraftOf,
  missingInExperiment,
  openErrors,
  openVariant,
  removeVariant,
  sharesOf,
  startExperiment,
  toExperiment,
  usualRule,
  type VariedDraft,
  variantsOf,
} from './experiment-draft.ts'

const written = (title: string): VariedDraft => ({ content: { title }, overrides: {}, templateId: undefined })
const titles = (draft: VariedDraft) => variantsOf(draft).map(({ content }) => content.title)
const isWritten = ({ content }: { content: { title?: string } }) => Boolean(content.title)

describe('variants while they are written', () => {
  it('begin with what was written, and each keeps its own text', () => {
    const two = startExperiment(written('Hello'))
    expect(titles(two)).toEqual(['Hello', 'Hello'])
    const second = openVariant(two, 1)
    const changed = { ...second, content: { title: 'Hi' } }
    expect(titles(changed)).toEqual(['Hello', 'Hi'])
    const first = openVariant(changed, 0)
    expect([first.content.title, titles(first)]).toEqual(['Hello', ['Hello', 'Hi']])
  })

  it('grow to eight by copies of the open one, under names of their own', () => {
    let draft = startExperiment(written('Hello'))
    for (let i = 0; i < 10; i += 1) draft = addVariant({ ...draft, content: { title: `Number ${i}` } })
    expect(variantsOf(draft).map(({ name }) => name)).toEqual(['A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'])
    expect(draft.experiment?.open).toBe(7)
  })

  it('go one by one down to two, and the text beside is open then', () => {
    const three = addVariant(startExperiment(written('Hello')))
    const last = removeVariant({ ...three, content: { title: 'Gone' } })
    expect([last.experiment?.open, titles(last)]).toEqual([1, ['Hello', 'Hello']])
    expect(removeVariant(last)).toBe(last)
    expect(endExperiment(last)).toEqual({ ...written('Hello'), experiment: undefined })
  })
})

describe('an experiment as the API takes it', () => {
  it('is valid, and comes back as it was written', () => {
    const draft = openVariant(startExperiment(written('Hello')), 1)
    const { experiment } = draft
    if (!experiment) throw new Error('It has begun.')
    const whole = {
      ...draft,
      content: { title: 'Hi' },
      overrides: { apns: { badge: 1 } },
      experiment: {
        ...changeOpenVariant(experiment, { name: ' Short ', weight: 3 }),
        winner: usualRule,
        controlPercent: 5,
      },
    }
    const body = Experiment.parse(toExperiment(whole))
    expect(body).toEqual({
      variants: [
        { name: 'A', weight: 1, content: { title: 'Hello' } },
        { name: 'Short', weight: 3, content: { title: 'Hi' }, overrides: { apns: { badge: 1 } } },
      ],
      control_percent: 5,
      winner: usualRule,
    })
    const again = experimentDraftOf(body)
    expect(again && toExperiment(again)).toEqual(toExperiment(whole))
  })

  it('is nothing where there is one text', () => {
    expect(toExperiment(written('Hello'))).toBeUndefined()
    expect(experimentDraftOf(null)).toBeNull()
  })
})

it('says what is missing in the variants that are not open', () => {
  const draft = openVariant(startExperiment(written('')), 1)
  expect(missingInExperiment({ ...draft, content: { title: 'Hi' } }, isWritten)).toEqual([
    'Variant A: write it, or pick a template.',
  ])
  const { experiment } = draft
  if (!experiment) throw new Error('It has begun.')
  const same = { ...written('x'), experiment: changeOpenVariant(experiment, { name: 'A ' }) }
  expect(missingInExperiment(same, () => true)).toEqual(['Two variants have the same name.'])
})

it('shows the server’s sentences at the fields of the open variant', () => {
  const errors = { 'experiment.variants.1.content.title': 'is too long', app_id: 'is unknown' }
  const draft = startExperiment(written('Hello'))
  expect(openErrors(errors, draft.experiment)['content.title']).toBeUndefined()
  expect(openErrors(errors, openVariant(draft, 1).experiment)).toMatchObject({
    'content.title': 'is too long',
    app_id: 'is unknown',
  })
})

it('divides a hundred people as the server does', () => {
  const { experiment } = startExperiment(written('Hello'))
  if (!experiment) throw new Error('It has begun.')
  const plan = { ...changeOpenVariant(experiment, { weight: 3 }), controlPercent: 20 }
  expect(sharesOf(plan)).toEqual({
    control: 20,
    waiting: 0,
    variants: [
      { name: 'A', percent: 60 },
      { name: 'B', percent: 20 },
    ],
  })
  expect(sharesOf({ ...plan, winner: { ...usualRule, test_percent: 25 } })).toMatchObject({
    waiting: 60,
    variants: [{ percent: 15 }, { percent: 5 }],
  })
})
