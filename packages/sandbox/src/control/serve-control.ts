import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Problem } from '../problem.ts'
import type { Browsers } from '../webpush/browsers.ts'
import { KEPT_BYTES, readBody } from '../wire/read-body.ts'
import type { Control } from './control.ts'
import { findRoute } from './routes.ts'

export interface ControlServerOptions {
  control: Control
  browsers: Browsers
  host: string
  /** 0 takes a free one. */
  port: number
}

export interface ControlServer {
  url: string
  port: number
  close(): Promise<void>
}

/** Where a real browser keeps its connection to the push service. */
export const BROWSER_PUSH_PATH = '/browser'
const KEEP_ALIVE_MS = 15_000

/** The control API on plain HTTP, for loopback only. */
export async function serveControl({
  control,
  browsers,
  host,
  port,
}: ControlServerOptions): Promise<ControlServer> {
  const server = createServer((request, response) => {
    allowLocalPages(request, response)
    if (request.method === 'OPTIONS') return void response.writeHead(204).end()
    if (request.url === '/phones/events' && request.method === 'GET')
      return streamPhoneEvents(control, response)
    answer(control, request).then(
      (body) => send(response, body === undefined ? 204 : 200, body),
      (error: unknown) => {
        if (!(error instanceof Problem)) throw error
        send(response, error.status, { status: error.status, detail: error.message })
      },
    )
  })
  server.on('upgrade', (request, socket, head) => {
    if (request.url === BROWSER_PUSH_PATH) browsers.accept(request, socket, head)
    else socket.destroy()
  })
  server.listen(port, host)
  await once(server, 'listening')
  const taken = (server.address() as AddressInfo).port
  return {
    url: `http://${host}:${taken}`,
    port: taken,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
    },
  }
}

async function answer(control: Control, request: IncomingMessage): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox')
  const { route, parameters } = findRoute(request.method ?? '', pathname)
  const body = request.method === 'POST' ? await readJson(request) : undefined
  return route(control, { parameters, query: searchParams, body: body as never })
}

/** Never settles for a client that leaves in the middle of its body: there is nobody to answer. */
async function readJson(request: IncomingMessage): Promise<unknown> {
  request.on('error', () => request.destroy())
  const body = await new Promise<Buffer>((resolve) => readBody(request, resolve))
  if (body.length > KEPT_BYTES) throw new Problem(413, 'The body may have at most 64 KiB.')
  try {
    return JSON.parse(body.toString() || '{}')
  } catch {
    throw new Problem(400, 'The body is not JSON.')
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(body === undefined ? undefined : JSON.stringify(body))
}

/**
 * Server-sent events, each named after what happened, with the phone and the notification. A listener that
 * is too slow misses some: `GET /phones` has them all, and a large send must not fill the memory.
 */
function streamPhoneEvents(control: Control, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
  response.write(': open\n\n')
  const stop = control.onPhoneEvent(({ type, phone, notification }) => {
    if (response.writableNeedDrain) return
    response.write(`event: ${type}\ndata: ${JSON.stringify({ phone, notification })}\n\n`)
  })
  const stopEmails = control.onEmail(({ id }) => {
    if (!response.writableNeedDrain) response.write(`event: email\ndata: ${JSON.stringify({ id })}\n\n`)
  })
  const stopWallets = control.onWallet(({ id }) => {
    if (!response.writableNeedDrain) response.write(`event: wallet\ndata: ${JSON.stringify({ id })}\n\n`)
  })
  const stopTexts = control.onConversation(({ id }) => {
    if (!response.writableNeedDrain) response.write(`event: text\ndata: ${JSON.stringify({ id })}\n\n`)
  })
  const keepAlive = setInterval(() => response.write(': still here\n\n'), KEEP_ALIVE_MS)
  response.on('close', () => {
    clearInterval(keepAlive)
    stop()
    stopEmails()
    stopTexts()
    stopWallets()
  })
}

/** The console is served from another port of the same machine; pages from elsewhere stay out. */
function allowLocalPages({ headers }: IncomingMessage, response: ServerResponse): void {
  if (!/^https?:\/\/(localhost|127\.0\.0\.1)(:\d+)?$/.test(headers.origin ?? '')) return
  response.setHeader('access-control-allow-origin', headers.origin ?? '')
  response.setHeader('access-control-allow-methods', 'GET, POST, DELETE')
  response.setHeader('access-control-allow-headers', 'content-type')
}
