import tls from 'node:tls'

/**
 * For libraries that cannot be told another address than their provider's: connections to port 443 lead to the
 * sink instead. Name resolution alone; the name that is asked for and checked in the certificate stays the provider's.
 */
export function redirectTo(port: number): void {
  const connect = tls.connect as (...parameters: unknown[]) => tls.TLSSocket
  const redirected = (...parameters: unknown[]) => {
    const [first, second, third] = parameters
    // node:http2 names the port as a text, and the host apart.
    if (typeof second === 'string' && Number(first) === 443) {
      return connect(port, '127.0.0.1', { servername: second, ...(third as object) })
    }
    const options = first as tls.ConnectionOptions | undefined
    if (Number(options?.port) !== 443) return connect(...parameters)
    const servername = options?.servername || options?.host
    return connect({ ...options, host: '127.0.0.1', port, servername }, ...parameters.slice(1))
  }
  Object.assign(tls, { connect: redirected })
}
