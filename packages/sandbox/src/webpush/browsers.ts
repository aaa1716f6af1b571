import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import { fieldsOf, parseJson, textOf } from '../phones/notification.ts'

export interface BrowserMessage {
  ttl: string
  /** Encrypted for the browser, which alone has the key; empty for a push without content. */
  body: Buffer
}

/** Real browsers as subscribers, by the protocol Firefox speaks to its push service. */
export interface Browsers {
  /** Takes over the socket of an HTTP upgrade. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Hands a message on, or keeps it until the browser is back; false where the subscription is gone. */
  deliver(serial: number, message: BrowserMessage): boolean
  close(): void
}

export interface BrowsersOptions {
  /** A new endpoint for a VAPID public key (base64url); undefined where it is no such key. */
  subscribe(publicKey: string): { endpoint: string; serial: number } | undefined
  /** A browser said that it could not decrypt a message. */
  onUndecryptable(): void
}

interface Channel {
  id: string
  serial: number
  browser: Browser
  waiting: string[]
}

interface Browser {
  uaid: string
  socket: WebSocket
}

const SUBPROTOCOL = 'push-notification'
const WAITING_LIMIT = 50
/** What a browser acknowledges with: 100 delivered, 101 could not be decrypted, 102 not delivered. */
const DECRYPTION_ERROR = 101
/** A frame of the protocol is small; a page of the machine has no business sending more. */
const MAX_FRAME_BYTES = 65_536

export function createBrowsers(options: BrowsersOptions): Browsers {
  const channels = new Map<number, Channel>()
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
  })
  server.on('connection', (socket) => {
    const browser = { uaid: '', socket }
    socket.on('error', () => socket.terminate())
    socket.on('message', (frame) => hear(String(frame), browser, channels, options))
  })
  return {
    accept: (request, socket, head) =>
      server.handleUpgrade(request, socket, head, (ready) => server.emit('connection', ready, request)),
    deliver: (serial, message) => {
      const channel = channels.get(serial)
      if (channel) send(channel, notificationOf(channel.id, message))
      return channel !== undefined
    },
    close: () => {
      for (const socket of server.clients) socket.terminate()
    },
  }
}

function hear(
  frame: string,
  browser: Browser,
  channels: Map<number, Channel>,
  options: BrowsersOptions,
): void {
  const message = fieldsOf(parseJson(frame))
  const answer = (fields: object) =>
    browser.socket.send(JSON.stringify({ messageType: message.messageType, ...fields }))
  const channelID = textOf(message.channelID) ?? ''
  switch (message.messageType) {
    case undefined:
      browser.socket.send('{}') // a ping
      break
    case 'hello':
      answer({
        uaid: greet(browser, textOf(message.uaid), channels),
        status: 200,
        use_webpush: true,
        broadcasts: {},
      })
      flush(browser, channels)
      break
    case 'register':
      answer({ channelID, ...register(channelID, textOf(message.key) ?? '', browser, channels, options) })
      break
    case 'unregister':
      for (const channel of channels.values()) if (channel.id === channelID) channels.delete(channel.serial)
      answer({ channelID, status: 200 })
      break
    case 'ack':
      for (const update of Array.isArray(message.updates) ? message.updates : []) {
        if (fieldsOf(update).code === DECRYPTION_ERROR) options.onUndecryptable()
      }
  }
}

/** A browser that is known keeps its id; another id tells it that its subscriptions are gone. */
function greet(browser: Browser, uaid: string | undefined, channels: Map<number, Channel>): string {
  const own = [...channels.values()].filter((channel) => channel.browser.uaid === uaid)
  browser.uaid = own.length > 0 && uaid !== undefined ? uaid : randomUUID().replaceAll('-', '')
  for (const channel of own) channel.browser = browser
  return browser.uaid
}

function register(
  id: string,
  key: string,
  browser: Browser,
  channels: Map<number, Channel>,
  options: BrowsersOptions,
): { status: number; pushEndpoint?: string } {
  const subscription = options.subscribe(key)
  if (!subscription) return { status: 400 }
  channels.set(subscription.serial, { id, serial: subscription.serial, browser, waiting: [] })
  return { status: 200, pushEndpoint: subscription.endpoint }
}

function flush(browser: Browser, channels: Map<number, Channel>): void {
  for (const channel of channels.values()) {
    if (channel.browser === browser) for (const frame of channel.waiting.splice(0)) browser.socket.send(frame)
  }
}

function send({ browser, waiting }: Channel, frame: string): void {
  if (browser.socket.readyState === browser.socket.OPEN) browser.socket.send(frame)
  else if (waiting.push(frame) > WAITING_LIMIT) waiting.shift()
}

function notificationOf(channelID: string, { ttl, body }: BrowserMessage): string {
  const content =
    body.length > 0 ? { data: body.toString('base64url'), headers: { encoding: 'aes128gcm' } } : undefined
  return JSON.stringify({
    messageType: 'notification',
    channelID,
    version: randomUUID(),
    ttl: Number(ttl),
    ...content,
  })
}
