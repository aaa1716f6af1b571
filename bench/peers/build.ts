import { spawnSync } from 'node:child_process'
import { findProgram } from '../stage/programs.ts'

/** Runs a build step; a sentence when it fails, or when its toolchain is not there. */
export function build(folder: string, [program = '', ...parameters]: readonly string[]): string | null {
  if (!findProgram(program)) return `There is no ${program} on this machine.`
  const { status, stdout, stderr } = spawnSync(program, parameters, { cwd: folder, encoding: 'utf8' })
  if (status === 0) return null
  const said = `${stderr}${stdout}`
    .trim()
    .split('\n')
    .find((line) => /error|cannot|denied|not/i.test(line))
  return `${[program, ...parameters].slice(0, 2).join(' ')} failed: ${said?.trim() ?? `code ${status}`}`
}
