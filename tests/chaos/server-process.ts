import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url))

/** Killed at the end of its scope, if it still runs then. */
export interface ServerProcess extends AsyncDisposable {
  address: string
  process: ChildProcess
  /** SIGKILL: no handler runs, nothing is flushed. */
  kill(): Promise<void>
  stop(): Promise<void>
}

/** The server as production runs it: a process of its own. */
export async function startServerProcess(environment: Record<string, string>): Promise<ServerProcess> {
  const child = spawn(process.execPath, ['--max-semi-space-size=8', main], {
    env: { ...process.env, PORT: '0', LOG_LEVEL: 'error', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const exited = once(child, 'exit')
    child.kill(signal)
    await exited
  }
  return {
    address: await firstAddress(child),
    process: child,
    kill: () => end('SIGKILL'),
    stop: () => end('SIGTERM'),
    [Symbol.asyncDispose]: () => end('SIGKILL'),
  }
}

function firstAddress(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    if (!child.stdout) throw new Error('The child has no output.')
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{"address"')) resolve(JSON.parse(line).address)
      else process.stderr.write(`${line}\n`)
    })
    child.once('exit', (code) => reject(new Error(`The server stopped with code ${code}.`)))
  })
}
