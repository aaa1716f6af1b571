import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Measured } from '../drivers/driver.ts'
import { runChild } from '../stage/child.ts'
import { reapedCpuSeconds } from '../stage/process-cost.ts'
import { programPath } from '../stage/programs.ts'
import type { Contestant, Task } from './block.ts'

/** The same requests as the senders make: as many paths, the same headers but for one fixed id, a body as long. */
export interface Requests {
  paths: readonly string[]
  headers: Readonly<Record<string, string>>
  body: string
}

/**
 * h2load, which is written in C, composes nothing and looks at nothing but the status: the limit. Its time is that of
 * the process with TLS handshakes and start, a hundredth of the whole.
 */
export function h2load(requests: Requests, directory: string, name: string): Contestant {
  const file = (kind: string) => join(directory, `h2load-${name}-${kind}`)
  return {
    kind: 'measured',
    run: async (task: Task): Promise<Measured> => {
      writeFileSync(file('body'), requests.body)
      writeFileSync(file('paths'), requests.paths.map((path) => task.sink.origin + path).join('\n'))
      const headers = Object.entries(requests.headers).flatMap(([key, value]) => ['-H', `${key}: ${value}`])
      const streams = Math.ceil(task.inFlight / task.connections)
      const load = ['-t', '1', '-c', `${task.connections}`, '-m', `${streams}`, '-n', `${task.count}`]
      const files = ['-d', file('body'), '-i', file('paths')]
      const [before, startedAt] = [reapedCpuSeconds(), performance.now()]
      const output = await runChild([programPath('h2load'), ...load, ...headers, ...files], {
        place: 'sender',
      })
      return {
        acknowledged: Number(/status codes: (\d+) 2xx/.exec(output)?.[1] ?? 0),
        cpuMicroseconds: (reapedCpuSeconds() - before) * 1e6,
        wallSeconds: (performance.now() - startedAt) / 1000,
        peakMb: 0,
      }
    },
  }
}
