import { readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/**
 * The one rule: a file imports its own room and rooms with a smaller number, entering them by index.ts. main,
 * start-server and api-routes compose, tests may import anything, packages meet through their exports.
 */
const root = resolve(import.meta.dirname, '..')
const rooms = join(root, 'packages/server/src')
const faults: string[] = []

for (const file of files(join(root, 'packages'))) {
  for (const target of imports(file)) {
    const path = resolve(dirname(file), target)
    if (packageOf(path) !== packageOf(file))
      complain(file, target, 'leaves its package; use its name and its exports')
    const [from, to] = [roomOf(file), roomOf(path)]
    if (!from || !to || from === to || isTest(file)) continue
    if (to > from) complain(file, target, 'reaches into a room with a larger number')
    // The kernel and the channels are tools without tables: their files may be named where the browser needs it.
    if (!/\/index\.ts$/.test(path) && !['00-kernel', '11-channels'].includes(to))
      complain(file, target, 'enters a room by another door than index.ts')
  }
  if (
    /sandbox\/src/.test(file) &&
    !isTest(file) &&
    /from '@carillon\/(server|http2-sender)/.test(readFileSync(file, 'utf8'))
  ) {
    complain(file, '@carillon/…', 'a judge shares no code with the judged')
  }
}

if (faults.length > 0) {
  process.stderr.write(`${faults.join('\n')}\n`)
  process.exit(1)
}

function complain(file: string, target: string, why: string): void {
  faults.push(`${relative(root, file)}: ${target} ${why}`)
}

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    if (name === 'node_modules' || name === 'dist') return []
    return statSync(path).isDirectory() ? files(path) : /\.tsx?$/.test(name) ? [path] : []
  })
}

function imports(file: string): string[] {
  return [...readFileSync(file, 'utf8').matchAll(/(?:from|import\() ?'(\.[^']+)'/g)].map(
    (match) => match[1] as string,
  )
}

function packageOf(path: string): string {
  return relative(join(root, 'packages'), path).split('/')[0] as string
}

function roomOf(path: string): string | undefined {
  const [room] = relative(rooms, path).split('/')
  return room && /^\d\d-/.test(room) ? room : undefined
}

function isTest(file: string): boolean {
  return /\.test\.tsx?$/.test(file) || /\/testing\//.test(file)
}
