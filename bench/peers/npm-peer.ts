import type { Entrant } from '../rounds/run-rounds.ts'
import { installPeers, peerVersion } from './install.ts'

/** A library from npm, driven by the file of that name in this folder. */
export function npmPeer(name: string, file: string): Entrant {
  const absent = installPeers()
  const module = new URL(`./${file}.ts`, import.meta.url)
  return {
    name,
    version: peerVersion(name),
    share: 0.1,
    contestant: absent ? { absent } : { kind: 'node', module },
  }
}
