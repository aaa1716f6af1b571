import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { campaign } from './campaign/index.ts'
import { dispatch } from './dispatch/index.ts'
import { gates } from './gates/index.ts'
import { type KeptResult, keptResults } from './results.ts'
import { roundTrip } from './rtt/index.ts'
import type { Scenario } from './scenario.ts'
import type { Machine } from './stage/machine.ts'
import { webpush } from './webpush/index.ts'

const page = join(import.meta.dirname, '../docs/benchmarks.md')

interface Section {
  kept: string
  title: string
  scenario: Scenario<never>
  text: string
}

const sections: readonly Section[] = [
  {
    kept: 'dispatch',
    title: 'One notification on the wire',
    scenario: dispatch as Scenario<never>,
    text: `CPU of the sending process, user and system, all threads, for one acknowledged notification. All send the same
10,000 notifications over and over to one nginx, each in a process of its own, after a warm-up that is not counted; all
learn the outcome of every single message. h2load is the limit: C code that makes nothing and reads nothing but the
status; it sends the authorization header in full with every request, which ours does for APNs alone, as Apple asks.
*ours* is the lane as the dispatcher uses it: built payloads in, verdicts out. *node:http2* is the same lane over Node's
own client. A round is h2load, ours, the others, ours, h2load; ratios are taken within a round, and their median is
shown. Rounds whose two blocks of h2load differ by more than a tenth are unsteady. Memory is the peak of the process with
the sample in it. The sink's cost is shown because it should be about the same for all. pushy offers no ALPN, which nginx
asks for, so a relay beside the sink takes its TLS off; apns2 and firebase-admin cannot be told another host, so their
connections are led to the sink, and firebase-admin's \`:scheme\` loses its colon, which nginx refuses.`,
  },
  {
    kept: 'webpush',
    title: 'One Web Push message',
    scenario: webpush as Scenario<never>,
    text: `Encrypted for a subscription of its own (RFC 8291) with a new key pair for every 16 recipients, signed (RFC 8292), sent and
acknowledged. h2load sends bodies of the same length and encrypts nothing.`,
  },
  {
    kept: 'campaign',
    title: 'A campaign from PostgreSQL',
    scenario: campaign as Scenario<never>,
    text: `From the API request to the last recorded outcome: a segment is evaluated, the audience frozen, three fields of
each person rendered, sent to APNs' place in nginx, and every outcome stored. The server runs as production runs it, with
one worker thread; PostgreSQL has its default settings, fsync and synchronous commit on. CPU is that of the server
process and of all processes of PostgreSQL; memory is the server's peak.`,
  },
  {
    kept: 'campaign-embedded',
    title: 'A campaign from the embedded database',
    scenario: campaign as Scenario<never>,
    text: 'The same without PostgreSQL: the database runs inside the server, whose CPU and memory include it.',
  },
  {
    kept: 'campaign-while-sending',
    title: 'A single message during a campaign',
    scenario: campaign as Scenario<never>,
    text: `Ten transactional messages a second to one device of another app, while the campaign runs. The arrival is logged
by a provider of our own.`,
  },
  {
    kept: 'gates',
    title: 'A campaign through the gates',
    scenario: gates as Scenario<never>,
    text: `The campaign from PostgreSQL with a topic that everybody is asked for, a frequency cap of which everybody takes a
use for the first time, and quiet hours that are over: rules that ask of everybody and stop nobody. Each round runs it
with and without them, in turns, each on a server and a database of its own. CPU is that of the server and PostgreSQL.`,
  },
  {
    kept: 'rtt',
    title: 'A long line',
    scenario: roundTrip as Scenario<never>,
    text: `The whole server sends for one app to a provider behind a relay that delays every byte, with flow-control windows
of 64 KiB. The provider answers 429 with Retry-After to the first attempt of one device in a hundred; all of them must
end as sent, and none may be tried before its time.`,
  },
]

/** Writes the page from the kept results; what was not measured is not on it. */
export function writePage(): void {
  const kept = keptResults()
  const present = sections.flatMap((section) => {
    const result = kept.get(section.kept)
    return result ? [sectionText(section, result)] : []
  })
  writeFileSync(page, `${[intro, ...present].join('\n\n')}\n`)
  process.stderr.write(`wrote ${page}\n`)
}

const intro = `# Benchmarks

Written by \`npm run bench -- --write\` from what was measured last; nothing here is estimated. Everything runs on one
machine over loopback, the sender on one core and the sink on another; compare ratios rather than microseconds. Repeat a measurement with the command below it.`

function sectionText(
  { title, text, scenario }: Section,
  { at, command, machine, result }: KeptResult,
): string {
  return [
    `## ${title}`,
    text,
    scenario.report(result as never),
    `\`${command}\`, ${at.slice(0, 10)}, on ${machineText(machine)}.`,
  ].join('\n\n')
}

function machineText({ processor, cores, memory_gb, kernel, versions }: Machine): string {
  const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  return `${processor}, ${cores} cores, ${memory_gb} GB, Linux ${kernel}; ${programs.join(', ')}`
}
