import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

/** Builds the console when its sources changed since the last build; a second start costs milliseconds. */
const root = resolve(import.meta.dirname, '..')
const stamp = join(root, 'packages/console/dist/.built-from')
const digest = digestOf([
  'packages/console',
  'packages/contract/src',
  'packages/sdk-web/src',
  'package-lock.json',
])

if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== digest) {
  process.stderr.write('Building the console…\n')
  execFileSync('npx', ['vite', 'build', '--logLevel', 'error'], {
    cwd: join(root, 'packages/console'),
    stdio: ['ignore', 2, 2],
  })
  writeFileSync(stamp, digest)
}

function digestOf(paths: string[]): string {
  const hash = createHash('sha256')
  for (const path of paths.flatMap((path) => files(join(root, path))))
    hash.update(path).update(readFileSync(path))
  return hash.digest('hex')
}

function files(path: string): string[] {
  if (!existsSync(path)) return []
  if (!statSync(path).isDirectory()) return [path]
  return readdirSync(path)
    .filter((name) => !['node_modules', 'dist'].includes(name))
    .sort()
    .flatMap((name) => files(join(path, name)))
}
