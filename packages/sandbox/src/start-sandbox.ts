import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { STREAMS_OF_PROVEN_CLIENT } from './apns/apns.ts'
import type { Control } from './control/control.ts'
import { createControl } from './control/control.ts'
import { BROWSER_PUSH_PATH, serveControl } from './control/serve-control.ts'
import type { Certified } from './crypto/certificate.ts'
import { makeAuthority, makeServerCertificate } from './crypto/certificate.ts'
import type { SmtpSink } from './email/smtp-sink.ts'
import { listenSmtp } from './email/smtp-sink.ts'
import { FCM_TOKEN_PATH } from './fcm/fcm.ts'
import type { Keep } from './keep.ts'
import { openKeep } from './keep.ts'
import type { Parts } from './sandbox-parts.ts'
import { createParts } from './sandbox-parts.ts'
import type { SmppCentre } from './sms/smpp-centre.ts'
import { listenSmpp } from './sms/smpp-centre.ts'
import type { TlsListener, TlsListenerOptions } from './wire/listen-tls.ts'
import { listenTls } from './wire/listen-tls.ts'
import type { Books } from './wire/serve-provider.ts'
import { serveProvider } from './wire/serve-provider.ts'
import type { ListenerName } from './words.ts'
import { listenerNames } from './words.ts'

export interface SandboxOptions {
  host?: '127.0.0.1'
  /** Keeps authority, keys, names and ports, so that a restart knows its old tokens. Without it all is forgotten. */
  dataDir?: string
  /** 0 or absent takes a free port, with a `dataDir` the same one as last time if it is still free. */
  ports?: Partial<Record<ListenerName | 'control' | 'smtp' | 'smpp', number>>
  /** Makes tokens, keys and chance repeat in a sandbox that starts without memory. */
  seed?: string
  /** Epoch milliseconds; for tests that let an hour pass. */
  now?: () => number
  /** The time in which APNs takes no second new provider token of a key. */
  tokenUpdateSeconds?: number
  /** APNs opens one stream per connection until the first valid provider token, then 1,000. */
  opensOneStreamFirst?: boolean
}

export interface Sandbox extends AsyncDisposable {
  /** What to set for a server that is to talk to this sandbox instead of the providers. */
  env: Record<string, string>
  caPem: string
  controlUrl: string
  control: Control
  close(): Promise<void>
}

/** Streams per connection that FCM and the browsers' push services have been seen to allow. */
const USUAL_STREAMS = 100

/** Boots all emulators on loopback; ready when it resolves, and nothing is left behind where it rejects. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  await using started = new AsyncDisposableStack()
  const keep = openKeep(options.dataDir, options.seed)
  started.defer(() => keep.close())
  const authority = authorityOf(keep)
  const parts = createParts({
    keep,
    authority,
    now: options.now ?? Date.now,
    tokenUpdateSeconds: options.tokenUpdateSeconds,
    opensOneStreamFirst: options.opensOneStreamFirst ?? false,
  })
  started.defer(() => parts.browsers.close())
  const listeners = await listenAll(options, keep, parts, authority, started)
  const smtp = await listenForMail(options, keep, parts, authority)
  started.defer(() => smtp.close())
  const smpp = await listenForTexts(options, keep, parts, authority)
  started.defer(() => smpp.close())
  const control = createControl({
    ...parts,
    cutConnections: (name) => (name === 'smpp' ? smpp : listeners[name]).cut(),
  })
  const host = options.host ?? '127.0.0.1'
  const server = await onPort(options, keep, 'control', (port) =>
    serveControl({ control, browsers: parts.browsers, host, port }),
  )
  started.defer(() => server.close())
  const running = started.move()
  const close = () => running.disposeAsync()
  return {
    env: environmentOf(keep, server.url),
    caPem: authority.certificate,
    controlUrl: server.url,
    control,
    close,
    [Symbol.asyncDispose]: close,
  }
}

function authorityOf(keep: Keep): Certified {
  keep.state.ca ??= makeAuthority()
  keep.save()
  writeFileSync(join(keep.directory, 'ca.pem'), keep.state.ca.certificate)
  return keep.state.ca
}

type Manners = Pick<TlsListenerOptions, 'protocols' | 'maxConcurrentStreams' | 'clientAuthority'>

function mannersOf(name: ListenerName, options: SandboxOptions, authority: Certified): Manners {
  const apnsStreams = options.opensOneStreamFirst ? 1 : STREAMS_OF_PROVEN_CLIENT
  const apns: Manners = {
    protocols: ['h2'],
    maxConcurrentStreams: apnsStreams,
    clientAuthority: authority.certificate,
  }
  const both: Manners = { protocols: ['h2', 'http/1.1'], maxConcurrentStreams: USUAL_STREAMS }
  const manners: Record<ListenerName, Manners> = {
    apns,
    apnsSandbox: apns,
    fcm: both,
    webpush: both,
    wns: { ...both, protocols: ['http/1.1'] },
    twilio: { ...both, protocols: ['http/1.1'] },
  }
  return manners[name]
}

async function listenAll(
  options: SandboxOptions,
  keep: Keep,
  parts: Parts,
  authority: Certified,
  started: AsyncDisposableStack,
): Promise<Record<ListenerName, TlsListener>> {
  const server = makeServerCertificate(authority)
  const listeners: Partial<Record<ListenerName, TlsListener>> = {}
  for (const name of listenerNames) {
    const listener = await onPort(options, keep, name, (port) =>
      listenTls({
        host: options.host ?? '127.0.0.1',
        port,
        server,
        ...mannersOf(name, options, authority),
        admit: () => admit(name, parts),
        handle: serveProvider(parts.emulators[name], parts),
      }),
    )
    started.defer(() => listener.close())
    listeners[name] = listener
  }
  return listeners as Record<ListenerName, TlsListener>
}

async function listenForMail(
  options: SandboxOptions,
  keep: Keep,
  { accounts, mailbox }: Parts,
  authority: Certified,
): Promise<SmtpSink> {
  const server = makeServerCertificate(authority)
  const { user, password } = accounts.smtp()
  return onPort(options, keep, 'smtp', (port) =>
    listenSmtp({ host: options.host ?? '127.0.0.1', port, server, user, password, mailbox }),
  )
}

async function listenForTexts(
  options: SandboxOptions,
  keep: Keep,
  { accounts, conversations, faults, stats }: Parts,
  authority: Certified,
): Promise<SmppCentre> {
  const server = makeServerCertificate(authority)
  return onPort(options, keep, 'smpp', (port) =>
    listenSmpp({
      host: options.host ?? '127.0.0.1',
      port,
      server,
      account: accounts.smpp,
      conversations,
      books: { faults, stats },
    }),
  )
}

function admit(name: ListenerName, { faults, stats }: Books): boolean {
  if (faults.drawForConnection(name)) return false
  stats.of(name).connections++
  return true
}

/** Tries the port that was asked for, or the last one, which may be taken by now; remembers what it got. */
async function onPort<T extends { port: number }>(
  options: SandboxOptions,
  keep: Keep,
  name: ListenerName | 'control' | 'smtp' | 'smpp',
  listen: (port: number) => Promise<T>,
): Promise<T> {
  const asked = options.ports?.[name]
  const last = keep.state.ports[name]
  const listening =
    asked !== undefined || last === undefined
      ? await listen(asked ?? 0)
      : await listen(last).catch(() => listen(0))
  keep.state.ports[name] = listening.port
  keep.save()
  return listening
}

function environmentOf(keep: Keep, controlUrl: string): Record<string, string> {
  const hostOf = (name: ListenerName) => `localhost:${keep.state.ports[name]}`
  return {
    APNS_ENDPOINT: `https://${hostOf('apns')}`,
    APNS_SANDBOX_ENDPOINT: `https://${hostOf('apnsSandbox')}`,
    FCM_ENDPOINT: `https://${hostOf('fcm')}`,
    FCM_TOKEN_ENDPOINT: `https://${hostOf('fcm')}${FCM_TOKEN_PATH}`,
    WNS_TOKEN_ENDPOINT: `https://${hostOf('wns')}`,
    TWILIO_ENDPOINT: `https://${hostOf('twilio')}`,
    NODE_EXTRA_CA_CERTS: join(keep.directory, 'ca.pem'),
    ALLOW_PRIVATE_TARGETS: `${hostOf('webpush')},${hostOf('wns')},localhost:${keep.state.ports.smtp},localhost:${keep.state.ports.smpp}`,
    SANDBOX_URL: controlUrl,
    SANDBOX_BROWSER_PUSH_URL: `${controlUrl.replace('http', 'ws')}${BROWSER_PUSH_PATH}`,
  }
}
