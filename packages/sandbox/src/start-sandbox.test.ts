import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it, onTestFinished } from 'vitest'
import { startSandbox } from './index.ts'
import { openApns } from './testing/apns-sender.ts'
import { createWnsSender } from './testing/wns-sender.ts'

function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'sandbox-test-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

it('knows its tokens, credentials, names and addresses again after a restart with the same directory', async () => {
  const dataDir = temporaryDirectory()
  const before = await startSandbox({ dataDir })
  const [phone] = before.control.createDevices({ platform: 'apns', name: 'Old phone' })
  const [channel] = before.control.createDevices({ platform: 'wns' })
  before.control.addApnsAccount({ team_id: 'KEPTTEAM01', bundle_ids: ['com.kept.app'] })
  const { accounts, env, caPem } = { ...before, accounts: before.control.accounts() }
  await before.close()

  await using after = await startSandbox({ dataDir })
  expect(after.env).toEqual(env)
  expect(after.caPem).toBe(caPem)
  expect(after.control.accounts()).toMatchObject({
    apns: accounts.apns,
    fcm: accounts.fcm,
    wns: accounts.wns,
  })
  const sender = await openApns(after, { credential: accounts.apns })
  expect((await sender.send(phone?.token ?? '')).status).toBe(200)
  sender.close()
  expect((await (await createWnsSender(after))(channel?.token ?? '')).status).toBe(200)
  expect(after.control.phones()).toMatchObject([
    { id: phone?.id, name: 'Old phone', notifications: [{ title: 'Hello' }] },
    { id: channel?.id },
  ])
  const [next] = after.control.createDevices({ platform: 'apns' })
  expect(next?.id).not.toBe(phone?.id)
  expect(statSync(join(dataDir, 'sandbox.json')).mode & 0o077).toBe(0)
})

it('takes another port where the last one is taken by now', async () => {
  const dataDir = temporaryDirectory()
  const first = await startSandbox({ dataDir })
  await using second = await startSandbox({ dataDir })
  expect(second.env.APNS_ENDPOINT).not.toBe(first.env.APNS_ENDPOINT)
  await first.close()
})

it('makes the same tokens for the same seed, and forgets everything without a directory', async () => {
  const tokensOf = async (seed: string) => {
    await using sandbox = await startSandbox({ seed })
    return sandbox.control.createDevices({ platform: 'apns', count: 3 }).map(({ token }) => token)
  }
  expect(await tokensOf('a')).toEqual(await tokensOf('a'))
  expect(await tokensOf('a')).not.toEqual(await tokensOf('b'))
  const gone = await startSandbox()
  const file = gone.env.NODE_EXTRA_CA_CERTS ?? ''
  expect(readFileSync(file, 'utf8')).toBe(gone.caPem)
  await gone.close()
  expect(existsSync(file)).toBe(false)
})

it('refuses a port that is taken when it was asked for by number', async () => {
  await using sandbox = await startSandbox()
  const port = Number(new URL(sandbox.controlUrl).port)
  await expect(startSandbox({ ports: { control: port } })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})

it('starts by itself, says in one line how to reach it, and stops when told', async () => {
  const main = join(import.meta.dirname, 'main.ts')
  const child = spawn(process.execPath, [main, '--port', 'control=0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  const [line] = await once(createInterface(child.stdout), 'line')
  const { env } = JSON.parse(line) as { env: Record<string, string> }
  expect((await fetch(`${env.SANDBOX_URL}/stats`)).status).toBe(200)
  child.kill('SIGTERM')
  expect(await exited).toEqual([0, null])
  expect(existsSync(env.NODE_EXTRA_CA_CERTS ?? '')).toBe(false)
})
