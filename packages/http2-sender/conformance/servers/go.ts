import { spawnSync } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startChild } from './child-server.ts'
import type { ServerKind, ServerLimits } from './server-kind.ts'

export const go: ServerKind = {
  name: 'Go',
  can: new Set(['describe', 'maxConcurrentStreams', 'tableBytes']),
  absent: () => (spawnSync('go', ['version']).status === 0 ? undefined : 'go is not installed'),
  start: (limits = {}) =>
    startChild(async ({ port, folder, certificateFile, keyFile }) => {
      const command = join(folder, 'go-server')
      build(command)
      return { command, args: [String(port), certificateFile, keyFile, folder, ...argsOf(limits)] }
    }),
}

/** Go keeps what it compiled, so only the first time takes seconds. */
function build(command: string): void {
  const source = fileURLToPath(new URL('./go-server/main.go', import.meta.url))
  const { status, stderr } = spawnSync('go', ['build', '-o', command, source], {
    cwd: tmpdir(),
    encoding: 'utf8',
    env: { ...process.env, GO111MODULE: 'off' },
  })
  if (status !== 0) throw new Error(`go build: ${stderr}`)
}

/** 0 leaves Go's own choice. */
function argsOf({ maxConcurrentStreams = 0, tableBytes = 0 }: ServerLimits): string[] {
  return [String(maxConcurrentStreams), String(tableBytes)]
}
