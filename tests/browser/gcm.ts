import { randomBytes, randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import type { Overrides } from '../../packages/server/src/start-server.ts'
import type { Certificate } from './certificate.ts'
import { listen } from './listen.ts'
import { type Mcs, startMcs } from './mcs.ts'
import { encodeFields } from './protobuf.ts'
import { type Push, type PushEndpoint, startPushEndpoint } from './push-endpoint.ts'

/** The host of the endpoints that Debian's Chromium makes of the tokens it is given. */
export const googleHost = 'jmt17.google.com'

export interface Gcm extends AsyncDisposable {
  /** For Chromium's command line. */
  flags: string[]
  /** For the server: where the host of its endpoints leads. */
  hosts: NonNullable<Overrides['hosts']>
  endpoint: PushEndpoint
  deliver: (push: Push) => void
}

interface Registration {
  sender: string
  category: string
  subtype: string
}

/** Google's push service as Chromium speaks to it: check-in, registration, and messages over MCS. */
export async function startGcm(certificate: Certificate): Promise<Gcm> {
  const registrations = new Map<string, Registration>()
  const mcs: Mcs = await startMcs(certificate)
  const endpoint = await startPushEndpoint({
    certificate,
    origin: `https://${googleHost}`,
    keyOf: (token) => registrations.get(token)?.sender,
    deliver,
  })

  function deliver({ id, body }: Push): void {
    const registration = registrations.get(id)
    if (registration) mcs.push({ ...registration, persistentId: randomUUID(), body })
  }

  function register(form: URLSearchParams): string {
    const [category, subtype] = [form.get('app') ?? '', form.get('X-subtype') ?? '']
    for (const [token, known] of registrations) if (known.subtype === subtype) registrations.delete(token)
    if (form.get('delete') === 'true') return `deleted=${category}`
    const token = randomBytes(24).toString('hex')
    registrations.set(token, { sender: form.get('sender') ?? '', category, subtype })
    return `token=${token}`
  }

  const registrar = createServer(async (request, response) => {
    const body = await text(request)
    response.end(request.url === '/checkin' ? checkedIn() : register(new URLSearchParams(body)))
  })
  const listening = await listen(registrar)
  const address = `http://127.0.0.1:${listening.port}`
  return {
    endpoint,
    deliver,
    hosts: { [googleHost]: { address: '127.0.0.1', family: 4, port: endpoint.port } },
    flags: [
      `--gcm-checkin-url=${address}/checkin`,
      `--gcm-registration-url=${address}/register`,
      `--gcm-mcs-endpoint=https://localhost:${mcs.port}`,
      `--ignore-certificate-errors-spki-list=${certificate.spkiHash}`,
    ],
    [Symbol.asyncDispose]: async () => {
      await listening[Symbol.asyncDispose]()
      await endpoint[Symbol.asyncDispose]()
      await mcs[Symbol.asyncDispose]()
    },
  }
}

/** AndroidCheckinResponse: stats_ok, time_msec, android_id, security_token. */
function checkedIn(): Buffer {
  return encodeFields([
    [1, 1n],
    [3, BigInt(Date.now())],
    [7, { fixed64: 1_000_001n }],
    [8, { fixed64: 1_000_002n }],
  ])
}
