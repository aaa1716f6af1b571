import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleId, expiresAtSeconds } from '../../drivers/sample-messages.ts'
import type { Task } from '../../rounds/block.ts'
import type { Entrant } from '../../rounds/run-rounds.ts'
import { build } from '../build.ts'
import { writeSample } from '../sample-files.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))

/** The Go library through which gorush sends to APNs. */
export function apns2Go(directory: string): Entrant {
  const program = join(directory, 'apns2-go')
  const absent = build(folder, ['go', 'build', '-o', program, '.'])
  return {
    name: 'sideshow/apns2',
    version: '0.25.0',
    share: 0.5,
    contestant: absent ? { absent } : { kind: 'program', command: commandOf(program, directory) },
  }
}

function commandOf(program: string, directory: string) {
  const { messages, key, keyId, teamId } = writeSample(directory)
  return ({ sink, count, warmUp, inFlight }: Task) => [
    program,
    `-origin=${sink.origin}`,
    `-topic=${bundleId}`,
    `-messages=${messages}`,
    `-key=${key}`,
    `-key-id=${keyId}`,
    `-team-id=${teamId}`,
    `-count=${count}`,
    `-warm-up=${warmUp}`,
    `-in-flight=${inFlight}`,
    `-expires-at=${expiresAtSeconds}`,
  ]
}
