import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { lockDataDir } from './data-dir-lock.ts'

let dataDir: string
const children: ChildProcess[] = []
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'carillon-lock-'))
})
afterEach(async () => {
  await Promise.all(children.splice(0).map(kill))
  await rm(dataDir, { recursive: true })
})

/** A process that asks for the lock, says what came of it, and stays until it is killed. */
function startContender(dir = dataDir) {
  const lock = fileURLToPath(new URL('./data-dir-lock.ts', import.meta.url))
  const script = `import { lockDataDir } from ${JSON.stringify(lock)}
    const result = await lockDataDir(${JSON.stringify(dir)}).then(() => 'held', (error) => error.message)
    process.stdout.write(result)
    setInterval(() => {}, 60_000)`
  const args = ['--input-type=module', '--disable-warning=ExperimentalWarning', '--eval', script]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  children.push(child)
  return { child, result: once(child.stdout, 'data').then(([text]) => String(text)) }
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}

/** What a process that was killed while it held the lock leaves behind. */
async function leaveDeadLock(dir = dataDir): Promise<void> {
  const { child, result } = startContender(dir)
  expect(await result).toBe('held')
  await kill(child)
}

test('a lock that a killed process left behind does not hold up the next one', async () => {
  await leaveDeadLock()
  expect(await readdir(dataDir)).toHaveLength(1)
  const lock = await lockDataDir(dataDir)
  expect(await readdir(dataDir)).toHaveLength(1)
  await lock.release()
  expect(await readdir(dataDir)).toEqual([])
})

test('of many that find a dead lock at the same moment exactly one takes it', async () => {
  for (let round = 0; round < 10; round += 1) {
    await leaveDeadLock()
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => lockDataDir(dataDir)))
    const held = asked.filter((one) => one.status === 'fulfilled')
    const refused = asked.filter((one) => one.status === 'rejected').map(({ reason }) => reason.message)
    expect(held).toHaveLength(1)
    expect(refused).toEqual(Array(7).fill(expect.stringContaining('in use by another Carillon process')))
    await held[0]?.value.release()
  }
})

test('of several processes that find a dead lock at the same moment exactly one takes it', async () => {
  await leaveDeadLock()
  const results = await Promise.all(Array.from({ length: 5 }, () => startContender().result))
  expect(results.filter((result) => result === 'held')).toHaveLength(1)
})

test('a process that is stopped and does not answer keeps its lock', async () => {
  const { child, result } = startContender()
  expect(await result).toBe('held')
  child.kill('SIGSTOP')
  await expect(lockDataDir(dataDir)).rejects.toThrow('in use by another Carillon process')
})

test('a directory whose path is too long for a socket is locked as well', async () => {
  const long = join(dataDir, 'x'.repeat(120))
  const lock = await lockDataDir(long)
  await expect(lockDataDir(long)).rejects.toThrow('in use by another Carillon process')
  await lock.release()
  await (await lockDataDir(long)).release()
})
