import type { Sink } from '../stage/nginx-sink.ts'
import { type Block, type Contestant, runBlock } from './block.ts'

export interface Entrant {
  name: string
  version?: string
  contestant: Contestant | { absent: string }
  /** Against the round's size; slow ones need fewer messages for the same precision. */
  share: number
}

export interface RoundSettings {
  sink: Sink
  rounds: number
  /** Messages of a sender with share 1 in one block. */
  count: number
  inFlight: number
  connections: number
}

/** The blocks of each entrant, round by round; an entrant that cannot run has a reason instead. */
export interface Rounds {
  blocks: Map<string, Block[][]>
  absent: Map<string, string>
  versions: Map<string, string>
}

/**
 * Interleaved, so that whatever slows the machine down slows all: limit, ours, the others, ours, limit. The others'
 * order moves on by one from round to round.
 */
export async function runRounds(
  { limit, ours, others }: { limit: Entrant; ours: Entrant; others: readonly Entrant[] },
  settings: RoundSettings,
): Promise<Rounds> {
  const result: Rounds = { blocks: new Map(), absent: new Map(), versions: new Map() }
  for (let round = 0; round < settings.rounds; round++) {
    process.stderr.write(`round ${round + 1} of ${settings.rounds}`)
    const turned = [...others.slice(round % others.length), ...others.slice(0, round % others.length)]
    for (const entrant of [limit, ours, ...turned, ours, limit]) await runEntrant(entrant, round)
    process.stderr.write('\n')
  }
  return result

  async function runEntrant({ name, version, contestant, share }: Entrant, round: number): Promise<void> {
    if (version) result.versions.set(name, version)
    if ('absent' in contestant) result.absent.set(name, contestant.absent)
    if ('absent' in contestant || result.absent.has(name)) return
    process.stderr.write(` · ${name}`)
    const { sink, inFlight, connections } = settings
    const count = Math.ceil(settings.count * share)
    const warmUp = Math.ceil(count / 2)
    try {
      const block = await runBlock(contestant, { sink, inFlight, connections, count, warmUp })
      const rounds = result.blocks.get(name) ?? []
      result.blocks.set(name, rounds)
      rounds[round] = [...(rounds[round] ?? []), block]
    } catch (error) {
      if (name === limit.name || name === ours.name) throw error
      result.absent.set(name, `It failed: ${(error as Error).message}`)
      result.blocks.delete(name)
    }
  }
}
