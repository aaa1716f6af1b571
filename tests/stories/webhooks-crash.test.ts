import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDeliveryIds, createVault, loadMasterKey } from '../../packages/server/src/00-kernel/index.ts'
import { createSafeLookup, type Target } from '../../packages/server/src/00-kernel/safe-target.ts'
import { claimWebhooks } from '../../packages/server/src/85-webhooks/delivery/store.ts'
import {
  createWebhookSender,
  type WebhookSender,
} from '../../packages/server/src/85-webhooks/delivery/webhook-sender.ts'
import { leaseMs, workWebhook } from '../../packages/server/src/85-webhooks/delivery/work-webhook.ts'
import { createClock, openStage, type Stage, until } from './stage.ts'
import { type Receiver, startReceiver } from './webhook-receiver.ts'

let stage: Stage
let receiver: Receiver
const clock = createClock()

beforeAll(async () => {
  receiver = await startReceiver()
  // Without workers of its own: these tests are the workers.
  stage = await openStage({
    now: clock.now,
    environment: { ROLES: 'api,scheduler' },
    reach: { hosts: [receiver.host], ca: [receiver.caPem] },
  })
})
afterAll(async () => {
  await stage?.close()
  await receiver?.close()
})

const reachOf = (safeLookup = createSafeLookup({ allowPrivate: [receiver.host] }), timeoutMs = 3_000) => ({
  ca: [receiver.caPem],
  now: () => clock.now().getTime(),
  safeLookup,
  timeoutMs,
})

async function workerWith(sender: WebhookSender) {
  const vault = createVault(await loadMasterKey(null, stage.server.dataDir))
  const { bulk: db } = stage.server.store
  return {
    claim: () => claimWebhooks(db, { now: clock.now(), leaseMs, limit: 10 }),
    work: (webhook: Parameters<typeof workWebhook>[1]) =>
      workWebhook(
        {
          db,
          vault,
          sender,
          deliveryIds: createDeliveryIds(vault.derive('delivery ids')),
          now: clock.now,
          random: Math.random,
          signal: new AbortController().signal,
        },
        webhook,
      ),
  }
}

const acceptedInTheLog = async () => {
  const { n } = await stage.server.store.db
    .selectFrom('events')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('type', '=', 'message.accepted')
    .executeTakeFirstOrThrow()
  return n
}

/** Three messages are accepted, and all of it is in the log. */
async function acceptThree() {
  const before = await acceptedInTheLog()
  for (const title of ['One', 'Two', 'Three']) await stage.start({ to: { all: true }, content: { title } })
  await until(async () => (await acceptedInTheLog()) === before + 3)
}

test('a worker that dies repeats what it had not recorded, with the same ids, and skips nothing', async () => {
  const { id } = await stage.api('POST', '/v1/webhooks', {
    url: `${receiver.origin}/dies`,
    types: ['message.accepted'],
  })
  await acceptThree()
  await using sender = createWebhookSender(reachOf())
  let left = 2
  const dying = await workerWith({
    ...sender,
    post: async (event) => {
      const attempted = await sender.post(event)
      left--
      if (left === 0) throw new Error('killed')
      return attempted
    },
  })
  const [claimed] = await dying.claim()
  if (!claimed) throw new Error('There was nothing to send.')
  await expect(dying.work(claimed)).rejects.toThrow('killed')
  expect(receiver.at('/dies')).toHaveLength(2)

  const next = await workerWith(sender)
  expect(await next.claim()).toEqual([])
  clock.pass(leaseMs + 1)
  const [again] = await next.claim()
  if (!again) throw new Error('The lease never ended.')
  // A worker that only seemed dead, and goes on: it holds no lease any more and records nothing.
  await (await workerWith(sender)).work(claimed)
  const seen = receiver.at('/dies').length
  await next.work(again)
  const ids = receiver.at('/dies').map((each) => each.id)
  expect(new Set(ids).size).toBe(3)
  expect(ids.slice(seen)).toEqual([...new Set(ids)])
  expect(ids.slice(0, 2)).toEqual(ids.slice(seen, seen + 2))
  const { data } = await stage.api('GET', `/v1/webhooks/${id}/attempts`)
  expect(data.map(({ event_id }: { event_id: string }) => event_id).toReversed()).toEqual([...new Set(ids)])
  // What came meanwhile of other types moves it on and sends nothing; then there is nothing left to claim.
  const workOn = async () => {
    const rest = await next.claim()
    for (const webhook of rest) await next.work(webhook)
    return rest
  }
  await expect.poll(workOn).toEqual([])
  expect(receiver.at('/dies')).toHaveLength(ids.length)
})

/** Those of the tests before may have something to do as well. */
async function workOnly(worker: Awaited<ReturnType<typeof workerWith>>, id: string) {
  const own = (await worker.claim()).find((webhook) => webhook.id === id)
  if (!own) throw new Error('There was nothing to send.')
  await worker.work(own)
}

test.each([
  ['succeeds', 204],
  ['fails', 500],
])('a replay that is asked for while its event is on the wire is not lost when that %s', async (_, status) => {
  const path = `/asked-again-${status}`
  const { id } = await stage.api('POST', '/v1/webhooks', {
    url: receiver.origin + path,
    types: ['message.accepted'],
  })
  await acceptThree()
  await using sender = createWebhookSender(reachOf())
  const first = await workerWith(sender)
  await workOnly(first, id)
  const [event] = receiver.at(path)
  const replay = () => stage.api('POST', `/v1/webhooks/${id}/replay`, { event_ids: [event?.id] })
  await replay()
  let asked = 0
  receiver.reply(path, () => ({ status: asked === 1 ? status : 204 }))
  const second = await workerWith({
    ...sender,
    post: async (sent) => {
      asked++
      clock.pass(1)
      if (asked === 1) await replay()
      return sender.post(sent)
    },
  })
  await workOnly(second, id)
  expect(
    receiver
      .at(path)
      .map((each) => each.id)
      .slice(3),
  ).toEqual([event?.id, event?.id])
})

const event = (path: string) => ({
  url: receiver.origin + path,
  secrets: ['whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY='] as [string],
  id: 'evt_1',
  body: '{}',
})

test('a name that leads to a private address is not called, whenever it comes to lead there', async () => {
  const leadsTo = (address: string): Target => ({ address, family: 4 })
  let target = leadsTo('127.0.0.1')
  const safeLookup = createSafeLookup({ allowPrivate: [], resolve: async () => target })
  await using sender = createWebhookSender(reachOf(safeLookup))
  const url = `https://hook.example:${new URL(receiver.origin).port}/rebound`
  const refused = { succeeded: false, status: null, failure: 'TARGET_REFUSED' }
  for (const address of ['127.0.0.1', '10.1.2.3', '169.254.169.254', '0.0.0.0', '100.64.0.1']) {
    target = leadsTo(address)
    expect(await sender.post({ ...event('/rebound'), url })).toMatchObject(refused)
  }
  expect(receiver.at('/rebound')).toEqual([])
})

test('a redirect is not followed, an endless answer is cut, and silence ends at the time limit', async () => {
  await using sender = createWebhookSender(reachOf(undefined, 500))
  receiver.reply('/away', () => ({ status: 307, headers: { location: '/target' } }))
  expect(await sender.post(event('/away'))).toMatchObject({ succeeded: false, status: 307 })
  expect(receiver.at('/target')).toEqual([])
  receiver.reply('/long', () => ({ status: 200, body: `\0\ud800${'x'.repeat(1_000_000)}` }))
  const long = await sender.post(event('/long'))
  expect(long.succeeded).toBe(true)
  expect(long.answer.length).toBeLessThanOrEqual(1_024)
  expect(long.answer).not.toContain('\0')
  receiver.reply('/silent', () => 'hang')
  const silent = await sender.post(event('/silent'))
  expect(silent).toMatchObject({ succeeded: false, failure: 'TIMEOUT' })
  expect(silent.durationMs).toBeLessThan(3_000)
})
