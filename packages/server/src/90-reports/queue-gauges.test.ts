import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { Gauge, Registry } from 'prom-client'
import { expect, test } from 'vitest'
import type { Tables } from '../00-kernel/index.ts'
import { registerQueueGauges } from './queue-gauges.ts'

test('without a database the process still tells of itself, and nothing of what waits', async () => {
  // Nobody listens there.
  const pool = new pg.Pool({ host: '127.0.0.1', port: 1 })
  await using db = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  const registry = new Registry()
  new Gauge({ name: 'of_the_process', help: 'Its own.', registers: [registry] }).set(7)
  registerQueueGauges(registry, db, () => new Date())
  const lines = (await registry.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines).toEqual(['of_the_process 7'])
})
