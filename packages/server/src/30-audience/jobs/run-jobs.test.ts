import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { createLog, type Store } from '../../00-kernel/index.ts'
import { openTestStore, seedWorkspace } from '../../testing/test-store.ts'
import type { JobKind } from './job-kind.ts'
import { type JobRunner, runJobsOf, runNextJob } from './run-jobs.ts'
import { findJob, insertJob } from './store.ts'

let store: Store
let workspaceId: string
beforeAll(async () => {
  store = await openTestStore()
  workspaceId = await seedWorkspace(store)
})
afterAll(() => store[Symbol.asyncDispose]())

const forever = new AbortController().signal
const start = (kind: string, input = {}) =>
  store.db.transaction().execute((tx) => insertJob(tx, workspaceId, { kind, input }))
const read = (id: string) => findJob(store.db, workspaceId, id)

function runner(kinds: Record<string, JobKind>, now = () => new Date()): JobRunner {
  return { store, now, log: createLog('silent'), kinds }
}

/** Counts to `to`; `onStep` may throw, which undoes the step. */
function counting(to: number, onStep: (n: number) => void = () => {}): JobKind {
  return {
    open: async () => async (tx, job) => {
      const n = job.done + 1
      await tx
        .updateTable('workspaces')
        .set({ name: String(n) })
        .where('id', '=', workspaceId)
        .execute()
      onStep(n)
      return { position: { n }, done: n, total: to, errors: 0, ...(n === to ? { result: { n } } : {}) }
    },
  }
}

test('runs a job to its end and keeps its result, but not its input', async () => {
  const { id } = await start('count', { people: 'data' })
  expect(await runNextJob(runner({ count: counting(3) }), forever)).toBe(true)
  const job = await read(id)
  expect(job).toMatchObject({ status: 'finished', done: 3, total: 3, result: { n: 3 } })
  expect(job?.finished_at).toBeInstanceOf(Date)
  const row = await store.db.selectFrom('jobs').select('input').where('id', '=', id).executeTakeFirst()
  expect(row?.input).toEqual({})
  expect(await runNextJob(runner({ count: counting(3) }), forever)).toBe(false)
})

test('leaves jobs of other kinds alone', async () => {
  const { id } = await start('theirs')
  expect(await runNextJob(runner({ count: counting(1) }), forever)).toBe(false)
  await runNextJob(runner({ theirs: counting(1) }), forever)
  expect(await read(id)).toMatchObject({ status: 'finished' })
})

test('undoes a step that fails, goes on later behind the last that committed', async () => {
  const { id } = await start('count')
  let time = Date.now()
  const steps: number[] = []
  const flaky = counting(4, (n) => {
    steps.push(n)
    if (n === 3 && steps.filter((each) => each === 3).length === 1) throw new Error('once')
  })
  const kinds = runner({ count: flaky }, () => new Date(time))
  await runNextJob(kinds, forever)
  expect(await read(id)).toMatchObject({ status: 'running', done: 2 })
  const name = await store.db.selectFrom('workspaces').select('name').executeTakeFirst()
  expect(name).toEqual({ name: '2' })
  expect(await runNextJob(kinds, forever)).toBe(false)
  time += 10_000
  await runNextJob(kinds, forever)
  expect(steps).toEqual([1, 2, 3, 3, 4])
  expect(await read(id)).toMatchObject({ status: 'finished', done: 4 })
})

test('gives a job up after five faults in a row', async () => {
  const { id } = await start('count')
  let time = Date.now()
  const kinds = runner(
    {
      count: counting(1, () => {
        throw new Error('always')
      }),
    },
    () => new Date(time),
  )
  for (let i = 0; i < 5; i += 1) {
    expect(await runNextJob(kinds, forever)).toBe(true)
    time += 10_000
  }
  expect(await read(id)).toMatchObject({ status: 'failed', done: 0, result: { error: 'internal' } })
  expect(await runNextJob(kinds, forever)).toBe(false)
})

test('has one lease: a job is taken over only when it ran out, and whoever lost it writes nothing more', async () => {
  const { id } = await start('count')
  let time = Date.now()
  let release = () => {}
  const opened = Promise.withResolvers<void>()
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  const slow: JobKind = {
    open: async () => {
      opened.resolve()
      // The process hangs here, holding its lease.
      await held
      return (await counting(1).open(store.db, {} as never)) as never
    },
  }
  const clock = () => new Date(time)
  const first = runNextJob(runner({ count: slow }, clock), forever)
  await opened.promise
  const second = runner({ count: counting(5) }, clock)
  expect(await runNextJob(second, forever)).toBe(false)
  time += 60_000
  expect(await runNextJob(second, forever)).toBe(true)
  release()
  await first
  expect(await read(id)).toMatchObject({ status: 'finished', done: 5, result: { n: 5 } })
})

test('runs what is waiting and what is announced until the signal, and frees the job at hand', async () => {
  const stop = new AbortController()
  const waiting = await start('count')
  const kinds = {
    count: counting(2),
    endless: counting(1_000_000_000, (n) => n === 3 && stop.abort()),
  }
  const loop = runJobsOf(runner(kinds), stop.signal)
  await vi.waitFor(async () => expect((await read(waiting.id))?.status).toBe('finished'))
  const announced = await start('count')
  await vi.waitFor(async () => expect((await read(announced.id))?.status).toBe('finished'))
  const endless = await start('endless')
  await loop
  expect(await read(endless.id)).toMatchObject({ status: 'running', done: 3, lease_until: null })
})
