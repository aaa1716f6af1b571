import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const root = resolve(import.meta.dirname, '../..')

/** `npm start` with an empty data directory and a free port; answers with the link that it prints. */
export async function startCarillon(): Promise<{ signInLink: string } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack()
  const dataDir = await mkdtemp(join(tmpdir(), 'carillon-newcomer-'))
  stack.defer(() => rm(dataDir, { recursive: true, force: true }))
  const child = spawn(process.execPath, [join(root, 'tools/start.ts')], {
    env: { ...process.env, DATA_DIR: dataDir, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  stack.defer(async () => {
    child.kill('SIGTERM')
    if (child.exitCode === null) await once(child, 'exit')
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const signInLink = /^Open (\S+)$/.exec(line)?.[1]
    if (!signInLink) continue
    const running = stack.move()
    return { signInLink, [Symbol.asyncDispose]: () => running.disposeAsync() }
  }
  throw new Error('It stopped before it printed a link.')
}
