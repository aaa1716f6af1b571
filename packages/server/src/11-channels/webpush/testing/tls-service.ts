import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2'
import type { AddressInfo, Socket } from 'node:net'

export interface SeenRequest {
  httpVersion: string
  /** `:authority` or `host`: what the client believes to talk to. */
  authority: string
  path: string
  headers: Readonly<Record<string, string | string[] | undefined>>
  body: Buffer
}

export interface ServiceReply {
  status: number
  headers?: Record<string, string>
  body?: string
}

export interface TlsService extends AsyncDisposable {
  port: number
  /** PEM to trust. */
  ca: string
  requests: SeenRequest[]
  /** Connections accepted so far. */
  connections(): number
}

const read = (name: string) => readFileSync(new URL(name, import.meta.url), 'utf8')

/**
 * A TLS service on loopback that speaks HTTP/2 and HTTP/1.1 under the names of real providers; the certificate
 * lists them. A reply of null leaves the request without an answer.
 */
export async function startTlsService(
  reply: (request: SeenRequest) => ServiceReply | null,
): Promise<TlsService> {
  const [key, cert] = [read('./providers-key.pem'), read('./providers-cert.pem')]
  const requests: SeenRequest[] = []
  const sockets = new Set<Socket>()
  let accepted = 0
  const server = createSecureServer({ key, cert, allowHTTP1: true }, async (incoming, response) => {
    const request = await readRequest(incoming)
    requests.push(request)
    const answer = reply(request)
    if (answer) send(response, answer)
  })
  server.on('secureConnection', (socket: Socket) => {
    accepted++
    sockets.add(socket.on('close', () => sockets.delete(socket)))
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    ca: cert,
    requests,
    connections: () => accepted,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}

async function readRequest(incoming: IncomingMessage | Http2ServerRequest): Promise<SeenRequest> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  const { headers, httpVersion, url = '' } = incoming
  // The default port may be written out.
  const authority = String(headers[':authority'] ?? headers.host).replace(/:443$/, '')
  return { httpVersion, authority, path: url, headers, body: Buffer.concat(chunks) }
}

function send(response: ServerResponse | Http2ServerResponse, { status, headers, body }: ServiceReply): void {
  ;(response as ServerResponse).writeHead(status, headers).end(body)
}
