import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'

export interface TestProxy extends AsyncDisposable {
  port: number
  /** What was asked for, in order: the authority and the `Proxy-Authorization`. */
  asked: { authority: string; authorization: string | undefined }[]
}

/** A real proxy on the loopback that knows CONNECT alone; `refuseWith` is a status to refuse every request with. */
export async function startTestProxy({ refuseWith }: { refuseWith?: number } = {}): Promise<TestProxy> {
  const asked: TestProxy['asked'] = []
  const sockets = new Set<Socket>()
  const server = createServer()
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  }
  server.on('connection', keep)
  server.on('connect', (request, client: Socket) => {
    const authority = request.url ?? ''
    asked.push({ authority, authorization: request.headers['proxy-authorization'] })
    if (refuseWith !== undefined) return client.end(`HTTP/1.1 ${refuseWith} No\r\nContent-Length: 0\r\n\r\n`)
    const { hostname, port } = new URL(`tcp://${authority}`)
    const origin = connect(Number(port), hostname, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.pipe(origin).pipe(client)
    })
    keep(origin)
    client.on('close', () => origin.destroy())
    origin.on('close', () => client.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    asked,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
