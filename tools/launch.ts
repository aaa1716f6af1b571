import { type ChildProcess, spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const root = resolve(import.meta.dirname, '..')

export interface Launched extends AsyncDisposable {
  address: string
  signIn: string
  secretKey: string
  /** The key as a shell would read it: so that terminals and their histories do not keep it. */
  keyForShell: string
  /** Resolves when the server stops, with its exit code. */
  stopped: Promise<number>
}

/** Starts the sandbox and the server as two processes, as on two machines; either one's end ends the other. */
export async function launch(dataDir: string): Promise<Launched> {
  const sandbox = start('packages/sandbox/src/main.ts', ['--data-dir', join(dataDir, 'sandbox')])
  const { env } = (await firstLine(sandbox)) as { env: Record<string, string> }
  const server = start('packages/server/src/main.ts', [], {
    LOG_LEVEL: 'warn',
    ...process.env,
    ...env,
    DATA_DIR: dataDir,
  })
  const stopped = new Promise<number>((resolve) => server.once('exit', (code) => resolve(code ?? 0)))
  void stopped.then(() => sandbox.kill())
  const { address, sign_in } = (await firstLine(server)) as { address: string; sign_in: string }
  return {
    address,
    signIn: sign_in,
    keyForShell: process.env.CARILLON_SECRET_KEY
      ? '$CARILLON_SECRET_KEY'
      : `$(cat ${join(dataDir, 'secret-key.txt')})`,
    secretKey:
      process.env.CARILLON_SECRET_KEY ?? (await readFile(join(dataDir, 'secret-key.txt'), 'utf8')).trim(),
    stopped,
    [Symbol.asyncDispose]: async () => {
      server.kill('SIGTERM')
      await stopped
      sandbox.kill()
    },
  }
}

function start(file: string, args: string[], environment: NodeJS.ProcessEnv = process.env): ChildProcess {
  return spawn(process.execPath, [...process.execArgv, join(root, file), ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
}

/** The first line that a child prints is what others need to know of it; later lines are its log. */
function firstLine(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) throw new Error('The child has no output.')
    const lines = createInterface({ input: child.stdout })
    let isFirst = true
    lines.on('line', (line) => {
      if (!isFirst || !line.startsWith('{"')) process.stderr.write(`${line}\n`)
      else {
        isFirst = false
        resolve(JSON.parse(line))
      }
    })
    child.once('exit', (code) => reject(new Error(`It stopped with code ${code} before it was ready.`)))
  })
}
