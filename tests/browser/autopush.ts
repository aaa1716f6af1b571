import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import type { Certificate } from './certificate.ts'
import { listen } from './listen.ts'
import { type Push, type PushEndpoint, startPushEndpoint } from './push-endpoint.ts'

export interface Autopush extends AsyncDisposable {
  /** For Firefox's `dom.push.serverURL`. */
  url: string
  endpoint: PushEndpoint
  deliver: (push: Push) => void
  /** What the browser said of each notification: 100 delivered, 101 not decrypted, 102 not delivered. */
  acks: number[]
  /** Drops every connection and forgets the browser, as Mozilla's service does with one long unseen. */
  forgetBrowsers: () => void
}

interface Frame {
  messageType?: string
  uaid?: string
  channelID?: string
  key?: string
  updates?: { code: number }[]
}

interface Channel {
  socket: WebSocket
  key: string
}

/** Mozilla's push service as Firefox speaks to it: subprotocol `push-notification`, JSON frames, pings of `{}`. */
export async function startAutopush(certificate: Certificate): Promise<Autopush> {
  const channels = new Map<string, Channel>()
  const browsers = new Set<string>()
  const acks: number[] = []
  const endpoint = await startPushEndpoint({
    certificate,
    keyOf: (id) => channels.get(id)?.key,
    deliver,
  })

  function deliver({ id, body, ttlSeconds: ttl }: Push): void {
    const notification = { messageType: 'notification', channelID: id, version: randomUUID(), ttl }
    const data = body.length > 0 && {
      data: body.toString('base64url'),
      headers: { encoding: 'aes128gcm' },
    }
    channels.get(id)?.socket.send(JSON.stringify({ ...notification, ...data }))
  }

  function answer(socket: WebSocket, frame: Frame): object | null {
    const { messageType, channelID = '' } = frame
    switch (messageType) {
      case 'hello': {
        const uaid = frame.uaid && browsers.has(frame.uaid) ? frame.uaid : randomUUID().replaceAll('-', '')
        browsers.add(uaid)
        return { messageType, uaid, status: 200, use_webpush: true, broadcasts: {} }
      }
      case 'register':
        channels.set(channelID, { socket, key: frame.key ?? '' })
        return {
          messageType,
          channelID,
          status: 200,
          pushEndpoint: `${endpoint.origin}/wpush/v2/${channelID}`,
        }
      case 'unregister':
        channels.delete(channelID)
        return { messageType, channelID, status: 200 }
      case 'ack':
        acks.push(...(frame.updates ?? []).map(({ code }) => code))
        return null
      case undefined:
        return {}
      default:
        return null
    }
  }

  const server = createServer()
  const sockets = new WebSocketServer({
    server,
    handleProtocols: (protocols) => (protocols.has('push-notification') ? 'push-notification' : false),
  })
  sockets.on('connection', (socket) => {
    socket.on('message', (data) => {
      const reply = answer(socket, JSON.parse(data.toString()) as Frame)
      if (reply) socket.send(JSON.stringify(reply))
    })
  })
  const listening = await listen(server)
  const dropAll = () => {
    for (const socket of sockets.clients) socket.terminate()
  }
  return {
    url: `ws://127.0.0.1:${listening.port}/`,
    endpoint,
    deliver,
    acks,
    forgetBrowsers: () => {
      browsers.clear()
      channels.clear()
      dropAll()
    },
    [Symbol.asyncDispose]: async () => {
      dropAll()
      await listening[Symbol.asyncDispose]()
      await endpoint[Symbol.asyncDispose]()
    },
  }
}
