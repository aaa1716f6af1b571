import http2, { type ClientHttp2Session, type OutgoingHttpHeaders } from 'node:http2'

/** firebase-admin sends the scheme with its colon, `https:`. Google's servers bear it, nginx answers 400. */
export function correctScheme(): void {
  const connect = http2.connect as (...parameters: unknown[]) => ClientHttp2Session
  const corrected = (...parameters: unknown[]) => {
    const session = connect(...parameters)
    const request = session.request.bind(session)
    session.request = (headers, options) => {
      ;(headers as OutgoingHttpHeaders)[':scheme'] = 'https'
      return request(headers, options)
    }
    return session
  }
  Object.assign(http2, { connect: corrected })
}
