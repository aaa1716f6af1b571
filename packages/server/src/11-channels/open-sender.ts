import { createNodeSender, createSender, type Sender, type SenderOptions } from '@carillon/http2-sender'
import type { LaneOptions } from './channel.ts'

/** How this installation reaches its providers. */
export interface Transport {
  /** `socket`: our own HTTP/2 on a TLS socket; `node`: node:http2. */
  http: 'socket' | 'node'
  /** `http://[user:password@]host:port` of a proxy that takes CONNECT. */
  proxy: string | null
  /** Host names, with or without a port, that are reached directly; so are the names below them. */
  noProxy: readonly string[]
}

/** A sender to one origin, with what holds for all origins: trust, time limit, transport and proxy. */
export function openSender(
  { ca, timeoutMs, transport }: Pick<LaneOptions, 'ca' | 'timeoutMs' | 'transport'>,
  options: Omit<SenderOptions, 'ca' | 'timeoutMs' | 'proxy'>,
): Sender {
  const create = transport?.http === 'node' ? createNodeSender : createSender
  const proxy = transport ? proxyFor(new URL(options.origin), transport) : undefined
  return create({ ...options, ca, timeoutMs, ...(proxy && { proxy }) })
}

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/

/** The proxy that leads to an origin, if one does. What runs on this machine is always reached directly. */
export function proxyFor({ hostname, host }: URL, { proxy, noProxy }: Transport): string | undefined {
  if (proxy === null || loopback.test(hostname)) return undefined
  const isDirect = noProxy.some((entry) => {
    const name = entry.toLowerCase().replace(/^\*?\./, '')
    return name === '*' || name === hostname || name === host || hostname.endsWith(`.${name}`)
  })
  return isDirect ? undefined : proxy
}
