import type { AddressInfo, Server } from 'node:net'

/** Listens on a free port of loopback; closing ends what is still connected. */
export async function listen(
  server: Server & { closeAllConnections?: () => void },
): Promise<{ port: number } & AsyncDisposable> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections?.()
      }),
  }
}
