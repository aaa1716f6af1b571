import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism } from 'node:os'
import { text } from 'node:stream/consumers'
import { findProgram } from './programs.ts'

/** The sender under test has the first core for itself; the sink and everything else take the second. */
export type Place = 'sender' | 'sink' | 'anywhere'

/** A process that ends with the benchmark at the latest. */
export function startChild(
  command: readonly string[],
  { place = 'anywhere', ...options }: SpawnOptions & { place?: Place } = {},
): ChildProcess & { pid: number } {
  const [program = '', ...parameters] = [...pinned(place), ...command]
  const child = spawn(program, parameters, { stdio: ['ignore', 'ignore', 'inherit'], ...options })
  if (child.pid === undefined) throw new Error(`${program} cannot be started.`)
  // Not SIGKILL: the worker of a killed nginx lives on.
  const end = () => child.kill('SIGTERM')
  process.once('exit', end)
  child.once('exit', () => process.off('exit', end))
  return child as ChildProcess & { pid: number }
}

export async function stopChild(child: ChildProcess, signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill(signal)
  await exited
}

/** Runs a program to its end; resolves to what it printed. */
export async function runChild(
  command: readonly string[],
  options: SpawnOptions & { place?: Place } = {},
): Promise<string> {
  const child = startChild(command, { ...options, stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const output = child.stdout ? await text(child.stdout) : ''
  const [code] = await exited
  if (code !== 0) throw new Error(`${command.slice(0, 2).join(' ')} ended with code ${code}.`)
  return output
}

/** `taskset` replaces itself by the program, so the process id stays that of the program. */
function pinned(place: Place): string[] {
  if (place === 'anywhere' || availableParallelism() < 2 || !findProgram('taskset')) return []
  return ['taskset', '-c', place === 'sender' ? '0' : '1']
}
