import { createServer, type TLSSocket } from 'node:tls'
import type { Certificate } from './certificate.ts'
import { listen } from './listen.ts'
import { encodeFields, encodeVarint, type Field, readVarint } from './protobuf.ts'

export interface McsPush {
  /** The VAPID key that the subscription was made for. */
  sender: string
  /** The form field `app` of the registration. */
  category: string
  /** The form field `X-subtype` of the registration: which page and worker. */
  subtype: string
  persistentId: string
  /** An RFC 8291 body. */
  body: Buffer
}

export interface Mcs extends AsyncDisposable {
  port: number
  push: (push: McsPush) => void
}

const version = Buffer.from([41])
const tags = { heartbeatPing: 0, heartbeatAck: 1, loginRequest: 2, loginResponse: 3, dataMessage: 8 }

/**
 * Google's Mobile Connection Server as Chromium speaks to it: TLS, one byte of version each way, then frames of
 * tag, length and protobuf. A message for a browser that is not connected waits for its next login.
 */
export async function startMcs({ cert, key }: Certificate): Promise<Mcs> {
  const sockets = new Set<TLSSocket>()
  const waiting: Buffer[] = []
  let browser: TLSSocket | undefined

  const server = createServer({ cert, key }, (socket) => {
    sockets.add(socket)
    socket.on('close', () => {
      sockets.delete(socket)
      if (browser === socket) browser = undefined
    })
    // A browser that is closed resets its connections.
    socket.on('error', () => undefined)
    readFrames(socket, (tag) => answer(socket, tag))
  })

  function answer(socket: TLSSocket, tag: number): void {
    if (tag === tags.heartbeatPing) socket.write(frame(tags.heartbeatAck, []))
    if (tag !== tags.loginRequest) return
    const loginResponse: Field[] = [
      [1, 'carillon'],
      [8, BigInt(Date.now())],
    ]
    socket.write(Buffer.concat([version, frame(tags.loginResponse, loginResponse)]))
    browser = socket
    for (const message of waiting.splice(0)) socket.write(message)
  }

  const listening = await listen(server)
  return {
    port: listening.port,
    push: (push) => {
      const message = frame(tags.dataMessage, dataMessage(push))
      if (browser) browser.write(message)
      else waiting.push(message)
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await listening[Symbol.asyncDispose]()
    },
  }
}

function dataMessage({ sender, category, subtype, persistentId, body }: McsPush): Field[] {
  const entry = (key: string, value: string): Field => [
    7,
    [
      [1, key],
      [2, value],
    ],
  ]
  const message: Field[] = [[3, sender], [5, category], entry('subtype', subtype)]
  if (body.length === 0) return [...message, [9, persistentId]]
  return [...message, entry('content-encoding', 'aes128gcm'), [9, persistentId], [21, body]]
}

function frame(tag: number, fields: readonly Field[]): Buffer {
  const body = encodeFields(fields)
  return Buffer.concat([Buffer.from([tag]), encodeVarint(BigInt(body.length)), body])
}

function readFrames(socket: TLSSocket, onFrame: (tag: number) => void): void {
  let bytes = Buffer.alloc(0)
  let isVersionRead = false
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk])
    if (!isVersionRead) bytes = bytes.subarray(1)
    isVersionRead = true
    for (;;) {
      const length = readVarint(bytes, 1)
      if (!length || bytes.length < length.end + length.value) return
      onFrame(bytes[0] as number)
      bytes = bytes.subarray(length.end + length.value)
    }
  })
}
