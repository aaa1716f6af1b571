import { type ChildProcess, spawn } from 'node:child_process'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { certificate, certificateFile, keyFile } from './certificate.ts'
import { largeBytes, type RealServer } from './server-kind.ts'

export interface ChildPlace {
  port: number
  /** For configuration and files; `large` is there already. Removed in the end. */
  folder: string
  certificateFile: string
  keyFile: string
}

export interface ChildCommand {
  command: string
  args: string[]
}

const startWithinMs = 10_000

/**
 * Runs a server that cannot choose its own port. Between finding a free one and using it somebody else may take it, so
 * a server that ends at once gets another two chances.
 */
export async function startChild(prepare: (place: ChildPlace) => Promise<ChildCommand>): Promise<RealServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryChild(prepare)
    } catch (error) {
      if (attempt === 3) throw error
    }
  }
}

async function tryChild(prepare: (place: ChildPlace) => Promise<ChildCommand>): Promise<RealServer> {
  const folder = await mkdtemp(join(tmpdir(), 'real-server-'))
  // Servers that give up root must still read it.
  await chmod(folder, 0o755)
  await writeFile(join(folder, 'large'), 'x'.repeat(largeBytes))
  const port = await freePort()
  const { command, args } = await prepare({ port, folder, certificateFile, keyFile })
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async () => {
    child.kill('SIGTERM')
    const impatient = setTimeout(() => child.kill('SIGKILL'), 2000)
    await ended
    clearTimeout(impatient)
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await listening(port, child)
  } catch (error) {
    await stop()
    throw error
  }
  return {
    origin: `https://localhost:${port}`,
    ca: [certificate],
    pid: child.pid,
    [Symbol.asyncDispose]: stop,
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    said = (said + text).slice(-2000)
  })
  let failed: Error | undefined
  child.once('error', (error) => {
    failed = error
  })
  for (const until = performance.now() + startWithinMs; performance.now() < until; ) {
    if (failed !== undefined) throw failed
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended at once: ${said}`)
    if (await accepts(port)) return
  }
  throw new Error(`${child.spawnfile} does not listen: ${said}`)
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true))
    socket.once('error', () => setTimeout(resolve, 20, false))
    socket.once('connect', () => socket.destroy())
  })
}
