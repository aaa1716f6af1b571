import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { createConnection, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/**
 * One process per data directory. The lock is a listening socket: the kernel lets go of it however the
 * process ends, so a crash leaves nothing to clean up and a recycled process id deceives nobody.
 */
export async function lockDataDir(dataDir: string): Promise<{ release(): Promise<void> }> {
  const path = socketPath(resolve(dataDir))
  const server = await listenOnce(path)
  if (server) return { release: () => release(server) }
  if (await answers(path)) {
    throw new Error(
      `The data directory ${dataDir} is in use by another Carillon process. Stop that one, or set DATA_DIR to another directory.`,
    )
  }
  await rm(path, { force: true })
  const second = await listenOnce(path)
  if (!second)
    throw new Error(`The data directory ${dataDir} was taken by another Carillon process just now.`)
  return { release: () => release(second) }
}

function socketPath(dataDir: string): string {
  if (process.platform === 'win32') return `\\\\.\\pipe\\carillon-${digest(dataDir)}`
  const inside = join(dataDir, 'lock.sock')
  // A Unix socket's path holds about 100 bytes.
  return Buffer.byteLength(inside) < 100 ? inside : join(tmpdir(), `carillon-${digest(dataDir)}.sock`)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}

function listenOnce(path: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.unref()
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(null) : reject(error),
    )
    server.listen(path, () => resolve(server))
  })
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection(path)
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function release(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
