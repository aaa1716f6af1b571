import { readFile } from 'node:fs/promises'
import { startSandbox } from '@carillon/sandbox'
import { expect, test } from 'vitest'
import { seed } from './seed.ts'
import { createServerHome } from './server-home.ts'
import { startServerProcess } from './server-process.ts'

const seconds = Number(process.env.CHAOS_IDLE_SECONDS ?? 30)
const databaseServer = process.env.TEST_DATABASE_URL
/** Starting is not idling: connections close after 10 s, and V8 compacts the heaps of the start half a minute later. */
const settleSeconds = 40
const mostTransactionsPerMinute = 60

test(`an idle server spends less than 1 % of a core over ${seconds} s`, async () => {
  const { coreShare } = await idle()
  expect(coreShare).toBeLessThan(0.01)
})

test.skipIf(!databaseServer)(
  'with PostgreSQL (TEST_DATABASE_URL) as well, and it asks the database less than once a second',
  async () => {
    const { coreShare, counted } = await idle(databaseServer)
    expect.soft(coreShare).toBeLessThan(0.01)
    // It does look whether others left it something to do; none at all would mean that nothing was counted.
    expect(counted).toBeGreaterThan(0)
    expect((counted * 60) / seconds).toBeLessThan(mostTransactionsPerMinute)
  },
)

/** What it costs to be there with a thousand devices and nothing to send. */
async function idle(database?: string) {
  await using sandbox = await startSandbox()
  await using home = await createServerHome(sandbox, database)
  await seed(home.environment, sandbox, 1_000)
  await home.database?.tidy()
  await using server = await startServerProcess(home.environment)
  const { pid } = server.process
  await pass(settleSeconds)
  const count = async () => (await home.database?.transactions()) ?? 0
  const before = { cpu: await cpuSeconds(pid), count: await count() }
  await pass(seconds)
  const coreShare = ((await cpuSeconds(pid)) - before.cpu) / seconds
  const counted = (await count()) - before.count
  process.stdout.write(
    `${JSON.stringify({ seconds, core_share: coreShare, ...(database && { transactions: counted }) })}\n`,
  )
  await server.stop()
  return { coreShare, counted }
}

const pass = (duration: number) => new Promise((resolve) => setTimeout(resolve, duration * 1_000))

/** User and system time of the process, all threads; Linux counts in hundredths. */
async function cpuSeconds(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
