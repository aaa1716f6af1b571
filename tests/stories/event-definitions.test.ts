import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { PushPlatform } from '@carillon/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openStage, recipientsOf, type Stage, type Subscribed } from './stage.ts'
import { standInForCurl } from './stand-in-for-curl.ts'

let stage: Stage
let phones: Record<'ada' | 'alan', Subscribed>
const people = { ada: 'ada@example.com', alan: 'alan@example.com' }

beforeAll(async () => {
  stage = await openStage()
  await stage.api('POST', '/v1/users/batch', {
    users: [
      { attributes: { email: people.ada, first_name: 'Ada' } },
      { attributes: { email: people.alan, first_name: 'Alan' } },
    ],
  })
  phones = { ada: await subscribe('apns', people.ada), alan: await subscribe('fcm', people.alan) }
  await writeFile(join(stage.server.dataDir, 'curl.mjs'), standInForCurl)
})
afterAll(() => stage?.close())

async function subscribe(platform: PushPlatform, person: string): Promise<Subscribed> {
  const [subscribed] = await stage.subscribe({ platform }, person)
  return subscribed as Subscribed
}

const userOf = (email: string) => stage.api('GET', `/v1/users/by/email/${encodeURIComponent(email)}`)
const shown = ({ device }: Subscribed) =>
  stage.sandbox.control.phones().find(({ id }) => id === device.id)?.notifications ?? []
const newest = (phone: Subscribed) => shown(phone).at(-1)

/** An active definition; `name` tells them apart. */
async function define(name: string, change: Record<string, unknown> = {}): Promise<string> {
  const { id } = await stage.api('POST', '/v1/event-definitions', {
    name,
    app_id: stage.app.id,
    content: {
      title: "Thank you, {{ user.first_name }}: it's order {{ variables.order_id }}",
      body: "{{ variables.note | default: 'On its way.' }}",
    },
    variables: [
      { name: 'order_id', example: "A'7" },
      { name: 'note', example: 'Ring "twice" $HOME', required: false },
    ],
    ...change,
  })
  await stage.api('POST', `/v1/event-definitions/${id}/activate`)
  return id
}

/** In a shell, as somebody would who copied it. */
async function runCurl(curl: string): Promise<{ message_id: string }> {
  const script = `curl() { "${process.execPath}" ./curl.mjs "$@"; }\n${curl}`
  return JSON.parse(await run('bash', ['-c', script]))
}

async function runNode(script: string): Promise<string> {
  await writeFile(join(stage.server.dataDir, 'invoke.mjs'), script)
  return run(process.execPath, ['invoke.mjs'])
}

async function run(program: string, args: string[]): Promise<string> {
  const env = { ...process.env, CARILLON_KEY: stage.server.key }
  const { stdout } = await promisify(execFile)(program, args, { cwd: stage.server.dataDir, env })
  return stdout
}

test('the ready call, pasted into a shell, sends what the definition says to the person it names', async () => {
  const id = await define('Order shipped, by curl')
  const ada = await userOf(people.ada)
  const { curl, obstacles } = await stage.api('GET', `/v1/event-definitions/${id}/payload?user_id=${ada.id}`)
  expect(obstacles).toEqual([])
  const invoked = await runCurl(curl)
  expect(await stage.ended(invoked.message_id)).toMatchObject({
    counts: { targeted: 1, sent: 1 },
    category: 'transactional',
  })
  expect(newest(phones.ada)).toMatchObject({
    title: "Thank you, Ada: it's order A'7",
    body: 'Ring "twice" $HOME',
  })
  expect(shown(phones.alan)).toEqual([])

  const before = shown(phones.ada).length
  expect(await runCurl(curl)).toEqual(invoked)
  await stage.settle()
  expect(shown(phones.ada)).toHaveLength(before)
})

test('the ready call for Node.js works as it stands', async () => {
  const id = await define('Order shipped, by Node')
  const alan = await userOf(people.alan)
  const { node } = await stage.api('GET', `/v1/event-definitions/${id}/payload?user_id=${alan.id}`)
  expect(await runNode(node)).toContain('message_id')
  await stage.settle()
  expect(newest(phones.alan)).toMatchObject({ title: "Thank you, Alan: it's order A'7" })
})

test('one invocation for several people speaks to each of them, and is listed with its counts', async () => {
  const id = await define('Order shipped, to both')
  const users = Object.values(people).map((value) => ({ by: { attribute: 'email', value } }))
  const call = { users, variables: { order_id: 'B-8' } }
  const { message_id } = await stage.api('POST', `/v1/event-definitions/${id}/invoke`, call)
  await stage.ended(message_id)
  expect(newest(phones.ada)).toMatchObject({ title: "Thank you, Ada: it's order B-8", body: 'On its way.' })
  expect(newest(phones.alan)).toMatchObject({ title: "Thank you, Alan: it's order B-8" })
  const rows = await recipientsOf(stage.api, message_id)
  expect(rows.map(({ status }) => status)).toEqual(['sent', 'sent'])
  const { data } = await stage.api('GET', `/v1/event-definitions/${id}/invocations`)
  expect(data).toMatchObject([
    { message_id, status: 'finished', counts: { targeted: 2, sent: 2 }, version: 2 },
  ])
})

test('a repeated invocation with its Idempotency-Key is answered as the first, and sends nothing', async () => {
  const id = await define('Order shipped, twice')
  const call = { subscription_ids: [phones.ada.id], variables: { order_id: 'C-9' } }
  const invoke = (body: object) =>
    stage.server.request('POST', `/v1/event-definitions/${id}/invoke`, body, {
      'idempotency-key': 'order-C-9',
    })
  const [first, second] = [await invoke(call), await invoke(call)]
  expect(second.body).toEqual(first.body)
  expect(second.headers.get('idempotent-replayed')).toBe('true')
  expect((await invoke({ ...call, variables: { order_id: 'D' } })).body.code).toBe('idempotency_key_reused')
  const { data } = await stage.api('GET', `/v1/event-definitions/${id}/invocations`)
  expect(data).toHaveLength(1)
})

test('an inactive definition refuses, a GET never fires, and a value that is missing is named', async () => {
  const id = await define('Order shipped, not yet')
  const path = `/v1/event-definitions/${id}/invoke`
  const call = { users: [{ by: { attribute: 'email', value: people.ada } }], variables: { order_id: 'E' } }
  const got = await stage.server.request('GET', path)
  expect([got.status, got.headers.get('allow')]).toEqual([405, 'POST'])
  const incomplete = await stage.server.request('POST', path, { ...call, variables: {} })
  expect(incomplete).toMatchObject({
    status: 422,
    body: { errors: [{ pointer: '/variables/order_id', code: 'missing_variable' }] },
  })
  await stage.api('POST', `/v1/event-definitions/${id}/deactivate`)
  const refused = await stage.server.request('POST', path, call)
  expect([refused.status, refused.body.code]).toEqual([409, 'conflict'])
  expect((await stage.api('GET', `/v1/event-definitions/${id}/invocations`)).data).toEqual([])
})
