import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'

/** For programs that cannot take port 0 and say which one they got. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
