import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Machine, readMachine } from './stage/machine.ts'

const folder = join(import.meta.dirname, 'results')

/** A measurement with all that is needed to repeat it. */
export interface KeptResult {
  /** RFC 3339. */
  at: string
  command: string
  machine: Machine
  result: unknown
}

export function keepResult(name: string, command: string, result: unknown): void {
  mkdirSync(folder, { recursive: true })
  const kept: KeptResult = { at: new Date().toISOString(), command, machine: readMachine(), result }
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify(kept, null, 2)}\n`)
}

export function keptResults(): Map<string, KeptResult> {
  mkdirSync(folder, { recursive: true })
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'))
  return new Map(
    files.map((file) => [file.slice(0, -5), JSON.parse(readFileSync(join(folder, file), 'utf8'))]),
  )
}
