import { request } from 'node:http'
import type { Socket } from 'node:net'

/** Throws a `TypeError` when the text is no address of a proxy that we can use. */
export function proxyOf(text: string): URL {
  const proxy = new URL(text)
  if (proxy.protocol === 'http:') return proxy
  throw new TypeError(`A proxy must be http, not ${proxy.protocol}`)
}

/**
 * A socket to `host:port` by way of the proxy's CONNECT (RFC 9110, section 9.3.6). Rejects with the code `PROXY_` and
 * the status when the proxy refuses.
 */
export function tunnel(
  proxy: URL,
  { host, port }: { host: string; port: number },
  signal: AbortSignal,
): Promise<Socket> {
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`
  return new Promise((resolve, reject) => {
    const asked = request({
      method: 'CONNECT',
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || 80,
      path: authority,
      headers: { host: authority, ...authorizationOf(proxy) },
      agent: false,
      signal,
    })
    asked.on('connect', ({ statusCode = 0 }, socket: Socket, early) => {
      const isOpen = statusCode >= 200 && statusCode < 300
      // TLS lets the client speak first: whoever speaks before is not the origin.
      if (isOpen && early.length === 0) return resolve(socket)
      socket.destroy()
      reject(coded(isOpen ? 'PROXY_SPOKE_FIRST' : `PROXY_${statusCode}`))
    })
    asked.on('response', ({ statusCode }) => {
      asked.destroy()
      reject(coded(`PROXY_${statusCode}`))
    })
    asked.on('error', reject)
    asked.end()
  })
}

function authorizationOf({ username, password }: URL): Record<string, string> {
  if (username === '') return {}
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }
}

function coded(code: string): Error {
  return Object.assign(new Error('the proxy does not let us through'), { code })
}
