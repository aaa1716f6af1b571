import { createHash, randomBytes } from 'node:crypto'
import { readdir, rename, rm } from 'node:fs/promises'
import { createConnection, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** `gone` leaves a file at most; whoever is there holds the lock, or is about to find out whether it may. */
type Standing = 'gone' | 'claiming' | 'held'

export interface DataDirLock {
  release(): Promise<void>
}

/** Whoever accepts a connection and says nothing for so long is there, and too busy to say more. */
const answerWithinMs = 2_000
const askAgainMs = 20

/**
 * One process per data directory. The lock is a listening socket: the kernel lets go of it however the
 * process ends, so a crash leaves nothing to clean up and a recycled process id deceives nobody. It holds on
 * one machine: on a network file system the sockets of another one look dead.
 *
 * Every process has a socket of its own, shows it, and only then looks for others; so of two that start together
 * one at least sees the other. A name is never used twice: what is dead stays dead, and whoever finds it may
 * remove it. With one name for all, two that find it dead would remove each other's new one.
 */
export async function lockDataDir(dataDir: string): Promise<DataDirLock> {
  if (process.platform === 'win32') return lockPipe(dataDir)
  const own = socketPath(resolve(dataDir))
  let standing: Standing = 'claiming'
  const server = await showSocket(own, () => standing)
  const release = async () => {
    await rm(own, { force: true })
    await close(server)
  }
  try {
    for (const other of await otherSockets(own)) await outlast(other, own, dataDir)
  } catch (error) {
    await release()
    throw error
  }
  standing = 'held'
  return { release }
}

/** A Windows pipe has no file that could outlive it, so one name is enough. */
async function lockPipe(dataDir: string): Promise<DataDirLock> {
  const server = createServer((socket) => socket.destroy())
  await listen(server, `\\\\.\\pipe\\carillon-${digest(resolve(dataDir))}`).catch((error) => {
    throw error.code === 'EADDRINUSE' ? inUse(dataDir) : error
  })
  return { release: () => close(server) }
}

function socketPath(dataDir: string): string {
  const name = randomBytes(6).toString('hex')
  const inside = join(dataDir, `lock-${name}.sock`)
  // A Unix socket's path holds about 100 bytes.
  return Buffer.byteLength(`${inside}.new`) < 100
    ? inside
    : join(tmpdir(), `carillon-${digest(dataDir)}-${name}.sock`)
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24)
}

/** It gets its name once it listens: before, it would pass for a dead one. */
async function showSocket(path: string, standing: () => Standing): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.end(standing(), () => socket.destroy())
  })
  await listen(server, `${path}.new`)
  await rename(`${path}.new`, path)
  return server
}

async function otherSockets(own: string): Promise<string[]> {
  const prefix = basename(own).replace(/[^-]*$/, '')
  const names = await readdir(dirname(own))
  return names
    .filter((name) => name.startsWith(prefix) && name.endsWith('.sock') && name !== basename(own))
    .map((name) => join(dirname(own), name))
}

/** Until the other is gone. Of two that claim at the same time the lower name goes on and the other gives up. */
async function outlast(other: string, own: string, dataDir: string): Promise<void> {
  for (;;) {
    const standing = await ask(other)
    if (standing === 'gone') return rm(other, { force: true })
    if (standing === 'held' || other < own) throw inUse(dataDir)
    await sleep(askAgainMs)
  }
}

function inUse(dataDir: string): Error {
  return new Error(
    `The data directory ${dataDir} is in use by another Carillon process. Stop that one, or set DATA_DIR to another directory.`,
  )
}

function ask(path: string): Promise<Standing> {
  return new Promise((resolve, reject) => {
    let answer = ''
    const socket = createConnection(path)
    const end = (standing: Standing) => {
      socket.destroy()
      resolve(standing)
    }
    socket.setEncoding('utf8')
    socket.setTimeout(answerWithinMs, () => end('held'))
    socket.on('data', (text) => {
      answer += text
    })
    socket.on('end', () => end(answer === 'claiming' ? 'claiming' : 'held'))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') end('gone')
      // It went away while it was asked; the next question gets a clear answer.
      else if (error.code === 'ECONNRESET' || error.code === 'EPIPE') end('claiming')
      else reject(error)
    })
  })
}

function listen(server: Server, path: string): Promise<void> {
  server.unref()
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, () => resolve())
  })
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()))
}
