import { createECDH, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { afterAll, beforeAll, expect, it } from 'vitest'
import webpush from 'web-push'
import { WebSocket } from 'ws'
import { openMessage } from '../crypto/aes128gcm.ts'
import type { Sandbox } from '../index.ts'
import { startSandbox } from '../index.ts'
import { callHttp1 } from '../testing/http-clients.ts'

const vapid = webpush.generateVAPIDKeys()
let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

type Frame = Record<string, unknown>

/** The browser's side of the protocol, with keys that the sandbox never sees. */
async function openBrowser(uaid?: string) {
  const socket = new WebSocket(sandbox.env.SANDBOX_BROWSER_PUSH_URL ?? '', 'push-notification')
  const inbox: Frame[] = []
  socket.on('message', (data) => inbox.push(JSON.parse(String(data))))
  await once(socket, 'open')
  const next = async () => {
    while (inbox.length === 0) await once(socket, 'message')
    return inbox.shift() as Frame
  }
  const ask = (frame: Frame) => {
    socket.send(JSON.stringify(frame))
    return next()
  }
  const hello = await ask({ messageType: 'hello', use_webpush: true, uaid })
  return { socket, next, ask, uaid: String(hello.uaid) }
}

const ecdh = createECDH('prime256v1')
ecdh.generateKeys()
const own = { scalar: ecdh.getPrivateKey(), auth: randomBytes(16) }

async function pushTo(endpoint: unknown, text: string) {
  const keys = { p256dh: ecdh.getPublicKey('base64url'), auth: own.auth.toString('base64url') }
  const details = webpush.generateRequestDetails({ endpoint: String(endpoint), keys }, text, {
    vapidDetails: { subject: 'mailto:ops@example.com', ...vapid },
    contentEncoding: 'aes128gcm',
  })
  const call = { headers: { ...details.headers }, body: details.body }
  return (await callHttp1(String(endpoint), sandbox.caPem, call)).status
}

it('a browser subscribes, gets what only it can read, and says so when it cannot', async () => {
  const browser = await openBrowser()
  const registered = await browser.ask({ messageType: 'register', channelID: 'c1', key: vapid.publicKey })
  expect(registered).toMatchObject({ channelID: 'c1', status: 200 })
  expect(await pushTo(registered.pushEndpoint, 'Hello')).toBe(201)
  const arrived = await browser.next()
  expect(arrived).toMatchObject({
    messageType: 'notification',
    channelID: 'c1',
    headers: { encoding: 'aes128gcm' },
  })
  expect(openMessage(Buffer.from(String(arrived.data), 'base64url'), own)?.toString()).toBe('Hello')
  sandbox.control.clearStats()
  browser.socket.send(JSON.stringify({ messageType: 'ack', updates: [{ channelID: 'c1', code: 101 }] }))
  expect(await browser.ask({})).toEqual({})
  expect(sandbox.control.stats().webpush.refused).toEqual({ UndecryptablePayload: 1 })
  await browser.ask({ messageType: 'unregister', channelID: 'c1' })
  expect(await pushTo(registered.pushEndpoint, 'Too late')).toBe(410)
  browser.socket.close()
})

it('a browser that was away finds its messages, and a stranger gets an id of its own', async () => {
  const before = await openBrowser()
  const { pushEndpoint } = await before.ask({
    messageType: 'register',
    channelID: 'c2',
    key: vapid.publicKey,
  })
  const closed = once(before.socket, 'close')
  before.socket.close()
  await closed
  expect(await pushTo(pushEndpoint, 'While away')).toBe(201)
  const after = await openBrowser(before.uaid)
  expect(after.uaid).toBe(before.uaid)
  expect(await after.next()).toMatchObject({ channelID: 'c2' })
  const stranger = await openBrowser('somebody-else')
  expect(stranger.uaid).not.toBe('somebody-else')
  after.socket.close()
  stranger.socket.close()
})

it('a subscription belongs to its VAPID key, and needs one', async () => {
  const browser = await openBrowser()
  expect(await browser.ask({ messageType: 'register', channelID: 'c3', key: 'none' })).toMatchObject({
    status: 400,
  })
  const other = webpush.generateVAPIDKeys()
  const { pushEndpoint } = await browser.ask({
    messageType: 'register',
    channelID: 'c4',
    key: other.publicKey,
  })
  expect(await pushTo(pushEndpoint, 'Hello')).toBe(403)
  browser.socket.close()
})
