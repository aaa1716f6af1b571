import { once } from 'node:events'
import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2'
import { connect } from 'node:http2'
import { request } from 'node:https'
import type { Readable } from 'node:stream'

export interface Answered {
  status: number
  headers: Record<string, string | string[] | undefined>
  text: string
  json(): unknown
}

/** An HTTP/2 connection that is ready; its later end is the test's concern, not an error. */
export async function openHttp2(
  url: string,
  ca: string,
  tls: { pfx?: Buffer; passphrase?: string } = {},
): Promise<ClientHttp2Session> {
  const session = connect(url, { ca, ...tls })
  await once(session, 'remoteSettings')
  session.on('error', () => {})
  return session
}

/** Rejects where the stream is reset. */
export async function push(
  session: ClientHttp2Session,
  headers: OutgoingHttpHeaders,
  body?: string | Buffer,
): Promise<Answered> {
  const stream = session.request({ ':method': 'POST', ...headers })
  stream.end(body)
  const [answer] = await once(stream, 'response')
  const text = await readText(stream)
  return { status: answer[':status'], headers: answer, text, json: () => JSON.parse(text) }
}

/** HTTP/1.1 on a connection of its own. */
export async function callHttp1(
  url: string,
  ca: string,
  {
    method = 'POST',
    headers = {},
    body,
  }: { method?: string; headers?: OutgoingHttpHeaders; body?: string | Buffer },
): Promise<Answered> {
  const call = request(url, { method, headers, ca, agent: false })
  call.end(body)
  const [answer] = await once(call, 'response')
  const text = await readText(answer)
  return { status: answer.statusCode, headers: answer.headers, text, json: () => JSON.parse(text) }
}

async function readText(readable: Readable): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of readable) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}
