import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { type ProblemCode, problems } from '@carillon/contract'

export interface HostileRequest {
  method: string
  /** As it goes on the wire: nothing is normalised. */
  path: string
  headers?: Record<string, string>
  body?: string | Buffer
}

export interface HostileAnswer {
  status: number
  headers: IncomingHttpHeaders
  text: string
  /** The parsed body when it is JSON of any kind, else undefined. */
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the server answered.
  body: any
}

/** One connection, so that a server that breaks one is noticed. */
const agent = new Agent({ keepAlive: true, maxSockets: 8 })

/** What may never end. */
const streams = ['text/event-stream', 'application/x-ndjson']

/** Sends what `fetch` would refuse to send. Of an event stream only the first event is waited for. */
export function callRaw(
  address: string,
  { method, path, headers, body }: HostileRequest,
): Promise<HostileAnswer> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(address)
    const asked = request(
      { agent, hostname, port, method, path, headers: { ...lengthOf(body), ...headers } },
      (answer) => {
        const chunks: Buffer[] = []
        const settle = () => {
          try {
            resolve(answerOf(answer.statusCode ?? 0, answer.headers, Buffer.concat(chunks)))
          } catch (error) {
            reject(error)
          }
        }
        const isStream = streams.includes(answer.headers['content-type'] ?? '')
        answer.on('data', (chunk: Buffer) => {
          chunks.push(chunk)
          if (!isStream) return
          settle()
          asked.destroy()
        })
        answer.on('end', settle)
      },
    )
    asked.on('error', reject)
    asked.setTimeout(20_000, () => asked.destroy(new Error(`${method} ${path.slice(0, 200)} hangs.`)))
    asked.end(body)
  })
}

/** Node sends no length with a DELETE by itself. */
function lengthOf(body: HostileRequest['body']): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }
}

function answerOf(status: number, headers: IncomingHttpHeaders, bytes: Buffer): HostileAnswer {
  const text = bytes.toString()
  const isJson = /[/+]json/.test(headers['content-type'] ?? '') && text !== ''
  return { status, headers, text, body: isJson ? JSON.parse(text) : undefined }
}

/** What is wrong with an answer to any request whatever: null when nothing is. */
export function faultOf({ status, headers, body, text }: HostileAnswer, isHead = false): string | null {
  if (!headers['x-request-id']) return 'it has no X-Request-Id'
  if (status < 400) return null
  if (status >= 500) return `it blames the server: ${text.slice(0, 500)}`
  if (isHead) return text === '' ? null : 'a HEAD was answered with a body'
  if (!headers['content-type']?.startsWith('application/problem+json')) return 'it is no problem+json'
  const { code, request_id: requestId, errors } = body
  const missing = problemMembers.find(([name, type]) => typeof body[name] !== type)
  if (missing) return `its ${missing[0]} is no ${missing[1]}`
  if (body.status !== status || problems[code as ProblemCode]?.status !== status)
    return `${code} is not ${status}`
  const places: Record<string, unknown>[] = errors ?? []
  if (!places.every(isPlace)) return `it names no places: ${JSON.stringify(errors).slice(0, 500)}`
  if (requestId !== headers['x-request-id']) return 'it names another request id than its header'
  // The one 422 about a header, which no pointer reaches.
  if (status === 422 && places.length === 0 && code !== 'idempotency_key_reused')
    return 'a 422 names no place'
  return null
}

/** What `openapi.json` requires of a problem; extra members such as `candidates` are allowed. */
const problemMembers = [
  ['type', 'string'],
  ['title', 'string'],
  ['status', 'number'],
  ['code', 'string'],
  ['request_id', 'string'],
  ['retryable', 'boolean'],
] as const

/** A JSON pointer (RFC 6901) into the body, `?name` for the query or `:name` for the path. */
function isPlace({ pointer, code, detail }: Record<string, unknown>): boolean {
  return /^([?:].*|(\/.*)?)$/s.test(String(pointer)) && Boolean(code) && Boolean(detail)
}
