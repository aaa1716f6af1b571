import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Message } from '@carillon/contract'
import { createApi } from './api.ts'
import { seedDevices, seedUsers } from './demo-audience.ts'
import { launch } from './launch.ts'
import { createSampleApp } from './sample-app.ts'
import { waitForMessage } from './wait-for-message.ts'

/** `npm run demo`: an app on four platforms, 2,000 people with 2,600 devices, a segment, and one personalised message. */
const running = await launch(process.env.DATA_DIR ?? (await mkdtemp(join(tmpdir(), 'carillon-demo-'))))
const api = createApi(running.address, running.secretKey)
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => void running[Symbol.asyncDispose]())

const app = await createSampleApp(api, 'Demo app')
say('Made an app with credentials for APNs, FCM, Web Push and WNS.')
await seedUsers(api, 2_000)
await seedDevices(api, app)
say('Made 2,000 people with 2,600 devices; some devices are gone, some misbehave once.')
const segment = await api('POST', '/v1/segments', {
  name: 'Gold members or Berliners',
  conditions: [
    { number: 1, attribute: 'tier', operator: 'equals', value: 'gold' },
    { number: 2, attribute: 'city', operator: 'equals', value: 'Berlin' },
  ],
  definition: '1 OR 2',
})
const estimate = await api('POST', '/v1/segments/estimate', {
  conditions: segment.conditions,
  definition: segment.definition,
  app_id: app.id,
})
say(`Segment “${segment.name}”: ${estimate.users} people.`)

const startedAt = Date.now()
const { id } = await api('POST', '/v1/messages', {
  app_id: app.id,
  to: { segment_ids: [segment.id] },
  content: {
    title: 'Hello {{ user.first_name }}',
    body: 'There is something for {{ user.tier }} members in {{ user.city | default: "your city" }}.',
    action_url: 'https://example.com/offers',
  },
})
const message = await waitForMessage(api, id, drawBar)
process.stdout.write('\n')
printResult(message, (Date.now() - startedAt) / 1000)
say(`\nOpen ${running.signIn}\nStop with Ctrl-C.`)
process.exitCode = process.env.DEMO_EXIT
  ? await running[Symbol.asyncDispose]().then(() => 0)
  : await running.stopped

function drawBar({ counts }: Message): void {
  const width = 40
  const done = counts.targeted - counts.pending
  const filled = counts.targeted === 0 ? 0 : Math.round((done / counts.targeted) * width)
  const bar = '█'.repeat(filled) + '░'.repeat(width - filled)
  process.stdout.write(`${process.stdout.isTTY ? '\r' : '\n'}${bar} ${done} of ${counts.targeted}`)
}

function printResult(
  { counts, failed, excluded, retired_tokens, by_platform }: Message,
  seconds: number,
): void {
  const line = (label: string, value: number) => say(`  ${label.padEnd(34)}${String(value).padStart(6)}`)
  say(`\nResult after ${seconds.toFixed(1)} s`)
  line('targeted', counts.targeted)
  line('accepted by the providers', counts.sent)
  for (const [platform, { sent }] of Object.entries(by_platform)) line(`  ${platform}`, sent)
  line('failed', counts.failed)
  for (const [reason, n] of Object.entries(failed)) line(`  ${reason}`, n)
  line('excluded', counts.excluded)
  for (const [reason, n] of Object.entries(excluded)) line(`  ${reason}`, n)
  line('tokens retired', retired_tokens)
}

function say(text: string): void {
  process.stdout.write(`${text}\n`)
}
