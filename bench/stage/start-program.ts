import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Place, startChild, stopChild } from './child.ts'

export interface StartedProgram extends AsyncDisposable {
  port: number
  /** Where it is asked for what it saw, if it is one that tells. */
  controlPort: number
}

/** Starts a file of this folder as a process of its own, which prints its port, or two, when it is ready. */
export async function startProgram(
  file: string,
  parameters: readonly (string | number)[],
  place: Place = 'sink',
): Promise<StartedProgram> {
  const program = fileURLToPath(new URL(file, import.meta.url))
  const child = startChild([process.execPath, program, ...parameters.map(String)], {
    place,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!child.stdout) throw new Error(`${file} has no output.`)
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  const [port = 0, controlPort = 0] = String(line).split(' ').map(Number)
  return { port, controlPort, [Symbol.asyncDispose]: () => stopChild(child) }
}
