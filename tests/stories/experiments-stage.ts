import type { Experiment, ExperimentReport, Message } from '@carillon/contract'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect } from 'vitest'
import { armOf, drawsOf } from '../../packages/server/src/50-schedule/index.ts'
import { createClock, openStage, recipientsOf, type Seeded, type Stage } from './stage.ts'

export const minuteMs = 60_000
export const clock = createClock()
/** Of the test file that called `playExperiments`. */
export let stage: Stage
let apps = 0

/** A stage with a clock that is moved. */
export function playExperiments(): void {
  beforeAll(async () => {
    stage = await openStage({ now: clock.now })
  })
  afterAll(() => stage?.close())
}

/** Each test has an app, and so an audience, of its own. */
export async function openApp() {
  apps += 1
  return stage.openApp(`Experiment ${apps}`)
}

export async function pass(ms: number): Promise<void> {
  await stage.settle()
  clock.pass(ms)
  await stage.wake()
}

export const request = (method: string, path: string, body?: unknown) =>
  stage.server.request(method, path, body)
export const messageOf = (id: string): Promise<Message> => stage.api('GET', `/v1/messages/${id}`)
export const reportOf = (id: string): Promise<ExperimentReport> =>
  stage.api('GET', `/v1/messages/${id}/experiment`)
export const choose = (id: string, variant: string) =>
  request('POST', `/v1/messages/${id}/winner`, { variant })

export const three = {
  variants: [
    { name: 'A', content: { title: 'Bells', body: 'ring' } },
    { name: 'B', content: { title: 'Chimes', body: 'sound' }, weight: 2 },
    { name: 'C', content: { title: 'Gongs', body: 'boom' } },
  ],
}
export const titles = ['Bells', 'Chimes', 'Gongs']
export const rule = { metric: 'opened', after_minutes: 10, test_percent: 40, minimum_sent: 1 }

/** What arrived on each device, by its title. */
export function arrivedAt(devices: readonly Seeded[]): Map<string, string[]> {
  const phones = new Map(stage.sandbox.control.phones().map((phone) => [phone.id, phone]))
  return new Map(
    devices.map(({ id, device }) => [
      id,
      (phones.get(device.id)?.notifications ?? []).map(({ title }) => String(title)),
    ]),
  )
}

/** The arm of each, by the published rule and not by what the server said. */
export function armsOf(
  experiment: object,
  key: string,
  people: readonly Seeded[],
  winner: number | null = null,
) {
  const whole = { control_percent: 0, ...experiment } as Experiment
  const weighed = { ...whole, variants: whole.variants.map(({ weight = 1 }) => ({ weight })) }
  return new Map(people.map(({ id, userId }) => [id, armOf(weighed, drawsOf(key, userId ?? id), winner)]))
}

export const count = <T>(map: ReadonlyMap<string, T>, value: T) =>
  [...map.values()].filter((each) => each === value).length

/** That the report, the message, its recipients and what is stored tell the same. */
export async function expectToAddUp(id: string): Promise<ExperimentReport> {
  const report = await reportOf(id)
  const given = [...report.variants, ...(report.rest ? [report.rest] : [])]
  for (const { targeted, pending, sent, failed, excluded } of given)
    expect(pending + sent + failed + excluded).toBe(targeted)
  const { control_group, waiting, without_variant } = report
  const sum = given.reduce(
    (total, { targeted }) => total + targeted,
    control_group + waiting + without_variant,
  )
  expect(sum).toBe(report.targeted)
  const { rows } = await sql<{ variant: number; outcome: string; n: number }>`
    select d.variant, d.outcome, count(*) as n from deliveries d join messages m on m.seq = d.message_seq
    where m.experiment_id = ${report.experiment_id} and d.variant is not null group by 1, 2`.execute(
    stage.server.store.db,
  )
  const stored = (arms: (variant: number) => boolean, outcome: string) =>
    rows.filter((row) => arms(row.variant) && row.outcome === outcome).reduce((total, { n }) => total + n, 0)
  for (const outcome of ['sent', 'failed', 'excluded'] as const) {
    expect(report.variants.map((each) => each[outcome])).toEqual(
      report.variants.map((_, i) => stored((variant) => variant === i, outcome)),
    )
    expect(report.rest?.[outcome] ?? 0).toBe(stored((variant) => variant >= 8, outcome))
  }
  return report
}

export async function open(id: string, variant: string, n: number): Promise<void> {
  const recipients = await recipientsOf(stage.api, id, '&status=sent')
  const theirs = recipients.filter((recipient) => recipient.variant === variant).slice(0, n)
  expect(theirs).toHaveLength(n)
  await stage.api(
    'POST',
    '/v1/interactions',
    theirs.map(({ delivery_id }) => ({ delivery_id, type: 'opened' })),
  )
}
