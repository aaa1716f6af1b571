import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleId, expiresAtSeconds } from '../../drivers/sample-messages.ts'
import type { Task } from '../../rounds/block.ts'
import type { Entrant } from '../../rounds/run-rounds.ts'
import { build } from '../build.ts'
import { writeSample } from '../sample-files.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** The Java library; warmed up with as many messages as are measured, for its compiler. */
export function pushy(directory: string): Entrant {
  const target = join(directory, 'pushy')
  const classPath = join(directory, 'pushy-class-path')
  const absent = build(folder, [
    'mvn',
    '-q',
    '-B',
    'compile',
    'dependency:build-classpath',
    `-Dbench.directory=${target}`,
    `-Dmdep.outputFile=${classPath}`,
  ])
  return {
    name: 'pushy',
    version: '0.15.4',
    share: 0.5,
    contestant: absent
      ? { absent }
      : {
          kind: 'program',
          command: commandOf(`${target}/classes:${readFileSync(classPath, 'utf8')}`, directory),
        },
  }
}

function commandOf(classPath: string, directory: string) {
  const properties = writeSample(directory)
  return async ({ sink, count, inFlight, connections }: Task) => {
    const { certificateFile: certificate } = sink
    const port = await sink.openWithoutAlpn()
    const numbers = {
      port,
      certificate,
      count,
      warmUp: count,
      inFlight,
      connections,
      expiresAt: expiresAtSeconds,
    }
    const defined = Object.entries({ ...properties, ...numbers, topic: bundleId })
    return [
      'java',
      ...defined.map(([name, value]) => `-D${name}=${value}`),
      '-cp',
      classPath,
      'bench.SendThroughPushy',
    ]
  }
}
