import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startSandbox } from '@carillon/sandbox'
import { expect, test } from 'vitest'
import { seed } from './seed.ts'
import { startServerProcess } from './server-process.ts'

const seconds = Number(process.env.CHAOS_IDLE_SECONDS ?? 60)

test(`an idle server spends less than 1 % of a core over ${seconds} s`, async () => {
  await using sandbox = await startSandbox()
  const dataDir = await mkdtemp(join(tmpdir(), 'carillon-idle-'))
  const environment = { ...sandbox.env, DATA_DIR: dataDir, CARILLON_SECRET_KEY: 'sk_chaos000000000000000' }
  await seed(environment, sandbox, 1_000)
  await using server = await startServerProcess(environment)
  // Starting is not idling.
  await new Promise((resolve) => setTimeout(resolve, 10_000))
  const before = await cpuSeconds(server.process.pid)
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  const spent = (await cpuSeconds(server.process.pid)) - before
  process.stdout.write(`${JSON.stringify({ seconds, cpu_seconds: spent, share: spent / seconds })}\n`)
  expect(spent / seconds).toBeLessThan(0.01)
  await server.stop()
  await rm(dataDir, { recursive: true, force: true })
})

/** User and system time of the process, all threads; Linux counts in hundredths. */
async function cpuSeconds(pid: number | undefined): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}
