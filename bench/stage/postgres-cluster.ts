import { spawnSync } from 'node:child_process'
import { chownSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { startChild, stopChild } from './child.ts'
import { freePort } from './free-port.ts'
import { costOfFamily } from './process-cost.ts'
import { programPath, versionOf } from './programs.ts'
import { until } from './until.ts'

/** A PostgreSQL of our own with its default settings, so with fsync and synchronous commits, as in production. */
export interface PostgresCluster extends AsyncDisposable {
  version: string
  /** Makes an empty database and says its address. */
  createDatabase(name: string): Promise<string>
  /** Whoever comes next does not pay for its vacuum. */
  dropDatabase(name: string): Promise<void>
  /** Of all its processes. */
  cpuSeconds(): number
}

export async function startPostgres(directory: string): Promise<PostgresCluster> {
  const initdb = programPath('initdb')
  const user = ordinaryUser()
  const data = join(directory, 'postgres')
  mkdirSync(data)
  if (user) for (const folder of [directory, data]) chownSync(folder, user.uid, user.gid)
  const { status, stderr } = spawnSync(initdb, ['-D', data, '-U', 'bench', '--auth=trust', '-E', 'UTF8'], {
    encoding: 'utf8',
    ...user,
    cwd: data,
  })
  if (status !== 0) throw new Error(`initdb failed: ${stderr}`)

  const port = await freePort()
  const postgres = startChild(
    [join(dirname(initdb), 'postgres'), '-D', data, '-p', String(port), '-k', data, '-h', '127.0.0.1'],
    { ...user, cwd: data, stdio: 'ignore' },
  )
  const address = (database: string) => `postgres://bench@127.0.0.1:${port}/${database}`
  await until(() => run(address('postgres'), 'select 1').catch(() => null), { what: 'PostgreSQL' })
  return {
    version: versionOf(initdb),
    createDatabase: async (name) => {
      await run(address('postgres'), `create database ${name}`)
      return address(name)
    },
    dropDatabase: async (name) => {
      await run(address('postgres'), `drop database ${name} with (force)`)
    },
    cpuSeconds: () => costOfFamily(postgres.pid).cpuSeconds,
    [Symbol.asyncDispose]: () => stopChild(postgres, 'SIGINT'),
  }
}

/** PostgreSQL refuses to run as root; its Debian package brings a user for it. */
function ordinaryUser(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined
  const [uid, gid] = ['-u', '-g'].map((flag) => Number(spawnSync('id', [flag, 'postgres']).stdout.toString()))
  return uid && gid ? { uid, gid } : undefined
}

async function run(address: string, statement: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: address })
  await client.connect()
  try {
    await client.query(statement)
    return true
  } finally {
    await client.end()
  }
}
