import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** Installs what we compare with, apart from the product; a sentence when that is not possible. */
export function installPeers(): string | null {
  if (existsSync(`${folder}node_modules/.package-lock.json`) && isCurrent()) return null
  process.stderr.write('installing what we compare with\n')
  const { status, stderr } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--ignore-scripts'], {
    cwd: folder,
    encoding: 'utf8',
  })
  return status === 0 ? null : `npm cannot install it: ${stderr.trim().split('\n')[0]}`
}

export function peerVersion(name: string): string {
  return JSON.parse(readFileSync(`${folder}package.json`, 'utf8')).dependencies[name]
}

function isCurrent(): boolean {
  const require = createRequire(`${folder}package.json`)
  const { dependencies } = require(`${folder}package.json`) as { dependencies: Record<string, string> }
  return Object.entries(dependencies).every(([name, version]) => {
    const file = `${folder}node_modules/${name}/package.json`
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version === version
  })
}
