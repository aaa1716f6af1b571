import { expect, test, vi } from 'vitest'
import {
  codes,
  numbered,
  ok,
  proxyOf,
  senderContract,
  senderOf,
  serverOf,
  statuses,
} from './testing/sender-contract.ts'

senderContract('%s', (_name, create) => {
  test('a certificate from an unknown authority is refused before anything is sent', async () => {
    const server = await serverOf({ handle: ok })
    const [answer] = await senderOf(create, { origin: server.origin }).send(numbered(1))
    expect(answer).toEqual({ failure: 'not_sent', code: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    expect(server.requests).toEqual([])
  })

  test('a certificate for another name is refused, also when lookup leads there', async () => {
    const server = await serverOf({ handle: ok })
    const lookup = async () => ({ address: '127.0.0.1', family: 4 as const, port: server.port })
    const [answer] = await senderOf(create, { origin: 'https://push.example', ca: server.ca, lookup }).send(
      numbered(1),
    )
    expect(answer).toEqual({ failure: 'not_sent', code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
    expect(server.requests).toEqual([])
  })

  test('lookup gives address and port while name and authority stay those of the origin', async () => {
    const server = await serverOf({ handle: ok })
    const lookup = vi.fn(async () => ({ address: '127.0.0.1', family: 4 as const, port: server.port }))
    const sender = senderOf(create, { origin: 'https://localhost:4433', ca: server.ca, lookup })
    expect(statuses(await sender.send(numbered(1)))).toEqual([200])
    expect(lookup).toHaveBeenCalledExactlyOnceWith('localhost')
    expect(server.requests[0]?.headers[':authority']).toBe('localhost:4433')
  })

  test('a lookup that fails means not sent, with its code', async () => {
    const lookup = async () => Promise.reject(Object.assign(new Error('no'), { code: 'TARGET_REFUSED' }))
    const [answer] = await senderOf(create, { origin: 'https://localhost', lookup }).send(numbered(1))
    expect(answer).toEqual({ failure: 'not_sent', code: 'TARGET_REFUSED' })
  })

  test('a lookup that hangs ends with the connect timeout', async () => {
    const lookup = () => new Promise<never>(() => {})
    const [answer] = await senderOf(create, { origin: 'https://localhost', lookup, timeoutMs: 50 }).send(
      numbered(1),
    )
    expect(answer).toEqual({ failure: 'not_sent', code: 'CONNECT_TIMEOUT' })
  })

  test.each(['h2', 'http/1.1'] as const)('%s goes through a proxy, with its password', async (protocol) => {
    const server = await serverOf({ protocols: protocol, handle: ok })
    const proxy = await proxyOf()
    const sender = senderOf(create, {
      origin: server.origin,
      ca: server.ca,
      protocols: [protocol],
      proxy: `http://user:p%40ss@127.0.0.1:${proxy.port}`,
    })
    expect(statuses(await sender.send(numbered(300)))).toEqual(Array(300).fill(200))
    const authorization = `Basic ${Buffer.from('user:p@ss').toString('base64')}`
    expect(proxy.asked).toEqual([{ authority: `localhost:${server.port}`, authorization }])
  })

  test('through a proxy lookup still decides the address, and the certificate is still checked', async () => {
    const server = await serverOf({ handle: ok })
    const proxy = await proxyOf()
    const lookup = async () => ({ address: '127.0.0.1', family: 4 as const, port: server.port })
    const reach = { ca: server.ca, lookup, proxy: `http://127.0.0.1:${proxy.port}` }
    expect(
      statuses(await senderOf(create, { origin: 'https://localhost', ...reach }).send(numbered(1))),
    ).toEqual([200])
    const other = senderOf(create, { origin: 'https://push.example', ...reach })
    expect(codes(await other.send(numbered(1)))).toEqual(['ERR_TLS_CERT_ALTNAME_INVALID'])
    const authority = `127.0.0.1:${server.port}`
    expect(proxy.asked.map((asked) => asked.authority)).toEqual([authority, authority])
  })

  test('a proxy that refuses means not sent, with its status', async () => {
    const server = await serverOf({ handle: ok })
    const proxy = await proxyOf({ refuseWith: 407 })
    const sender = senderOf(create, {
      origin: server.origin,
      ca: server.ca,
      proxy: `http://127.0.0.1:${proxy.port}`,
    })
    expect(await sender.send(numbered(1))).toEqual([{ failure: 'not_sent', code: 'PROXY_407' }])
    expect(server.connections()).toBe(0)
  })

  test('a proxy must be http', () => {
    expect(() => create({ origin: 'https://localhost', proxy: 'socks5://localhost' })).toThrow(TypeError)
  })

  test('the second connection resumes the TLS session of the first', async () => {
    const resumed: boolean[] = []
    const server = await serverOf({
      handle({ socket }) {
        resumed.push(socket.isSessionReused())
        return ok()
      },
    })
    const sender = senderOf(create, { origin: server.origin, ca: server.ca })
    await sender.send(numbered(1))
    sender.reconnect()
    await sender.send(numbered(1))
    expect(resumed).toEqual([false, true])
  })

  test('an origin must be https', () => {
    expect(() => create({ origin: 'http://localhost' })).toThrow(TypeError)
  })
})
