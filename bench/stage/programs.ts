import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** What the benchmarks need from the system, and the Debian package that brings it. */
const packages = {
  nginx: 'nginx',
  h2load: 'nghttp2-client',
  openssl: 'openssl',
  initdb: 'postgresql',
  taskset: 'util-linux',
} as const
export type Program = keyof typeof packages

/** Debian keeps these off the PATH of ordinary users. */
const folders = ['/usr/sbin', ...postgresFolders()]

/** The program's path. Installs its Debian package when it is missing and we may; otherwise says what is missing. */
export function programPath(name: Program): string {
  const found = findProgram(name) ?? (install(packages[name]) ? findProgram(name) : null)
  if (found) return found
  throw new Error(`${name} is missing: install the package ${packages[name]}, such as by apt-get as root.`)
}

export function findProgram(name: string): string | null {
  const path = [process.env.PATH, ...folders, ...postgresFolders()].join(':')
  const { stdout } = spawnSync('sh', ['-c', `PATH=${path} command -v ${name}`], { encoding: 'utf8' })
  return stdout.trim() || null
}

/** Beside `initdb` lie `postgres` and `pg_ctl` of the same version. */
function postgresFolders(): string[] {
  try {
    return readdirSync('/usr/lib/postgresql').map((version) => join('/usr/lib/postgresql', version, 'bin'))
  } catch {
    return []
  }
}

function install(name: string): boolean {
  if (process.getuid?.() !== 0 || !findProgram('apt-get')) return false
  process.stderr.write(`installing ${name}\n`)
  const run = (...parameters: string[]) =>
    spawnSync('apt-get', ['-qq', ...parameters], {
      stdio: 'ignore',
      // A service that the package brings would only take ports; Debian asks this file whether to start it.
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    }).status === 0
  return run('install', '-y', name) || (run('update') && run('install', '-y', name))
}

/** The first version-like number that a program says of itself. */
export function versionOf(path: string, flag = '--version'): string {
  const { stdout, stderr } = spawnSync(path, [flag], { encoding: 'utf8' })
  return /\d+(\.\d+)+/.exec(`${stdout}${stderr}`)?.[0] ?? 'unknown'
}
