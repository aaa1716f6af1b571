import { fileURLToPath } from 'node:url'
import type { Assignment } from '../drivers/drive.ts'
import type { Measured } from '../drivers/driver.ts'
import { hundredths } from '../hundredths.ts'
import { runChild } from '../stage/child.ts'
import type { Sink } from '../stage/nginx-sink.ts'

/** What one sender did in one round. */
export interface Block {
  /** Microseconds of CPU, user and system, for an acknowledged message. */
  cpu_us: number
  wall_us: number
  peak_mb: number
  /** What the sink spent on each of its messages: about the same for all, or the sink is the bottleneck. */
  sink_cpu_us: number
}

/** How a sender is run: it prints one line of `Measured`. */
export type Contestant =
  | { kind: 'node'; module: URL; transport?: 'socket' | 'node' }
  | { kind: 'program'; command: (task: Task) => readonly string[] | Promise<readonly string[]> }
  | { kind: 'measured'; run: (task: Task) => Promise<Measured> }

export interface Task {
  sink: Sink
  count: number
  warmUp: number
  inFlight: number
  connections: number
}

/** Runs a sender in a process of its own; refuses to count when a message was not acknowledged. */
export async function runBlock(contestant: Contestant, task: Task): Promise<Block> {
  const { sink, count } = task
  const before = { answered: await sink.answered(), cpu: sink.cpuSeconds() }
  const measured = await measuredBy(contestant, task)
  const answered = (await sink.answered()) - before.answered
  if (measured.acknowledged !== count || answered < count)
    throw new Error(
      `${measured.acknowledged} of ${count} messages were acknowledged; the sink saw ${answered}.`,
    )
  return {
    cpu_us: hundredths(measured.cpuMicroseconds / count),
    wall_us: hundredths((measured.wallSeconds * 1e6) / count),
    peak_mb: measured.peakMb,
    sink_cpu_us: hundredths(((sink.cpuSeconds() - before.cpu) * 1e6) / answered),
  }
}

async function measuredBy(contestant: Contestant, task: Task): Promise<Measured> {
  switch (contestant.kind) {
    case 'node':
      return readMeasured(nodeCommand(contestant, task), task)
    case 'program':
      return readMeasured(await contestant.command(task), task)
    case 'measured':
      return contestant.run(task)
  }
}

const drive = fileURLToPath(new URL('../drivers/drive.ts', import.meta.url))

function nodeCommand(
  { module, transport = 'socket' }: Extract<Contestant, { kind: 'node' }>,
  { sink, count, warmUp, inFlight, connections }: Task,
): string[] {
  const { origin, port, certificateFile } = sink
  const target = { origin, port, certificateFile, inFlight, connections, transport }
  const assignment: Assignment = { module: module.href, target, count, warmUp }
  return [process.execPath, drive, JSON.stringify(assignment)]
}

async function readMeasured(command: readonly string[], { sink }: Task): Promise<Measured> {
  const trust = { NODE_EXTRA_CA_CERTS: sink.certificateFile, SSL_CERT_FILE: sink.certificateFile }
  const output = await runChild(command, { place: 'sender', env: { ...process.env, ...trust } })
  return JSON.parse(output.trim().split('\n').at(-1) ?? '')
}
