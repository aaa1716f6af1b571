import type {
  ApnsOverrides,
  EmailAttachment,
  EmailOverrides,
  Environment,
  FcmOverrides,
  Platform,
  ProbeStage,
  SmsOverrides,
  WalletOverrides,
  WebPushOverrides,
  WnsOverrides,
} from '@carillon/contract'
import type { Transport } from './open-sender.ts'
import type { PassShelf } from './pass-shelf.ts'

/** Content after Liquid and locale choice, for one person on one platform. Plain text, ready to be built in. */
export interface RenderedContent {
  title?: string
  body?: string
  image?: string
  actionUrl?: string
  buttons: readonly { id: string; title: string; url?: string }[]
  data: Readonly<Record<string, Json>>
  silent: boolean
  /** The overrides of this platform, their texts rendered. */
  apns?: ApnsOverrides
  fcm?: FcmOverrides
  webpush?: WebPushOverrides
  wns?: WnsOverrides
  email?: EmailOverrides
  sms?: SmsOverrides
  wallet?: WalletOverrides
}

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json }

/** Where a delivery goes: what the provider gave the device. Opaque; never parsed for length or charset. */
export interface Address {
  /** APNs or FCM token, WNS channel address, Web Push endpoint. */
  token: string
  /** FCM: what `token` is. */
  target?: 'token' | 'fid'
  /** Web Push, base64url (RFC 8291). */
  keys?: { p256dh: string; auth: string }
}

export interface DeliveryOptions {
  /** Lower-case UUID; the same on every attempt, and so is everything derived from it. */
  deliveryId: string
  /** Seconds until the message expires, 0 = now or never. */
  ttlSeconds: number
  /** When the message expires; epoch seconds. */
  expiresAtSeconds: number
  priority: 'high' | 'normal'
  collapseId?: string
  /** Where this person ends emails of this kind; none in what is not marketing. */
  unsubscribeUrl?: string
  /** Email: where clicks and opens are counted, if the content asks for it. */
  tracking?: EmailTracking
}

/** Addresses of one email, on this server. */
export interface EmailTracking {
  /** Counts a click and leads on to `url`. */
  click: (url: string) => string
  /** A picture of one pixel. */
  open: () => string
}

/**
 * What goes on the wire, less what only the lane knows (authorization, topic, encryption).
 * The same text is measured, previewed and sent.
 */
export interface WirePayload {
  headers: Readonly<Record<string, string>>
  body: string
  /** Email: the same files for all recipients, so not copied into every body. */
  attachments?: readonly EmailAttachment[]
  /** As the provider counts it, UTF-8 bytes. */
  sizeBytes: number
  limitBytes: number
  /** The two in a sentence, where the provider counts in something else than bytes. */
  size?: string
}

/** Payload building refuses with this instead of guessing; the delivery is excluded with the reason. */
export interface Unbuildable {
  unbuildable: 'not_applicable' | 'render_error'
  detail: string
}

export interface Parcel {
  deliveryId: string
  address: Address
  wire: WirePayload
}

export const verdictClasses = [
  /** The provider took it; never "shown". */
  'accepted',
  /** This address will never work for this app. */
  'token_dead',
  /** Valid elsewhere: other environment, topic or sender project. */
  'token_wrong_context',
  /** Payload or headers are wrong: fail this message, keep the address. */
  'message_bad',
  /** Transient: back off, honour retryAfterMs. */
  'retry',
  /** One device over its rate: back off that address only. */
  'throttle_target',
  /** Our credential or project over quota: pause the whole lane. */
  'throttle_project',
  /** The lane's token was stale and a new one did not help yet: again soon. */
  'auth_refresh',
  /** Key or certificate refused: open the lane's breaker, keep queue and addresses. */
  'auth_broken',
  /** Cut after the request was written: again, with the same ids. */
  'unknown_outcome',
  /** The provider took it and says that it dropped it (WNS). */
  'dropped',
  /** The address leads to a host that is not allowed; nothing was called. */
  'target_refused',
  /** The person told the provider to stop: no more goes to this address, but it is not dead. */
  'opted_out',
] as const
export type VerdictClass = (typeof verdictClasses)[number]

/** A provider's answer to one parcel. Values, never exceptions. */
export interface Verdict {
  class: VerdictClass
  /** HTTP status, null when there was no response. */
  status: number | null
  /** The provider's own code or reason, or the transport's (`ECONNRESET`); null when accepted. */
  code: string | null
  /** apns-id, FCM message name, Web Push Location, WNS message id. */
  providerId?: string
  /** The provider's own words, shortened to 500 characters; never a secret. */
  detail?: string
  retryAfterMs?: number
  /** Transient, but about this address: it says nothing of the service. */
  concernsAddress?: boolean
  /** APNs 410: since when the token is dead; epoch milliseconds. */
  tokenInvalidSinceMs?: number
}

/**
 * Where provider tokens are kept that all processes must share: Apple takes one new token per key in 20 minutes,
 * whoever made it, so neither a restart nor a second worker may make its own.
 */
export interface TokenShelf {
  /** The kept token if it was issued at `notBeforeMs` or later, else what `make` makes, kept for all. */
  keep(
    name: string,
    notBeforeMs: number,
    make: () => { token: string; issuedAtMs: number },
  ): Promise<{ token: string; issuedAtMs: number }>
}

/** What a provider tells of its own accord on a connection that we keep open. */
export interface ProviderReport {
  kind: 'receipt' | 'inbound'
  /** For whoever understands this platform's reports. */
  data: Readonly<Record<string, Json>>
}

export interface LaneOptions {
  /** The app that the lane sends for; absent in a test of a credential. */
  appId?: string
  /** Where providers reach this server, without a slash at the end; null or absent when they cannot. */
  callbackUrl?: string | null
  /** Keeps a report; a provider is told that we have it once this resolves. */
  onReport?: (report: ProviderReport) => Promise<void>
  tokenShelf: TokenShelf
  /** What a lane of passes needs, and no other. */
  passShelf?: PassShelf
  environment: Environment
  now: () => number
  endpoints: ProviderEndpoints
  /** PEM certificates to trust besides Node's own. */
  ca: readonly string[]
  /** Resolves a user-supplied target, or refuses it (private addresses). */
  safeLookup: (url: URL) => Promise<{ address: string; family: 4 | 6; port?: number } | { refused: string }>
  timeoutMs: number
  /** Absent: the own transport, no proxy. */
  transport?: Transport
}

/** Full origins or URLs; defaults are the providers' own, tests and relays override them. */
export interface ProviderEndpoints {
  apns: string
  apnsSandbox: string
  fcm: string
  /** Null: the service account's own token_uri. */
  fcmToken: string | null
  wnsToken: string
  twilio: string
}

/**
 * Everything needed to reach one provider for one (app, platform, environment): connections, provider token
 * and its single-flight refresh. Lanes share nothing, so one app's trouble stays its own.
 */
export interface Lane extends AsyncDisposable {
  /** Where else the same credential reaches: a token that is bad here may be good there. APNs with a key only. */
  otherEnvironment?: Environment
  /** All parcels go to one service, so that much trouble at once says that the service is down. */
  isOneService?: boolean
  /** Is to be open for as long as its credential stands, because the provider tells us things through it. */
  isStanding?: boolean
  /**
   * One verdict per parcel, in order. Does not throw for anything a provider or network does. `urgent` parcels go
   * before all others that wait for a connection.
   */
  send(parcels: readonly Parcel[], how?: SendOptions): Promise<Verdict[]>
}

export interface SendOptions {
  urgent?: boolean
}

export interface ParsedCredential<C> {
  credential: C
  /** When a certificate or key ends, if it does. */
  expiresAt: Date | null
}

/** One provider. Every channel folder exports one of these; it holds no tables and knows no database. */
export interface Channel<C> {
  platform: Platform
  /** Checks and normalises what a person entered; throws Problem('invalid_credential') with pointers. */
  parseCredential(input: unknown): Promise<ParsedCredential<C>>
  /** What a new credential takes over from the one it replaces, such as a key pair that devices are bound to. */
  inherit?(input: unknown, previous: C): unknown
  /** What may be shown; secrets as dots with at most the last four characters. */
  maskCredential(credential: C): Record<string, string | number | boolean | null>
  /** Whether a token can be of this provider at all; a sentence if not. Never checks length. */
  checkAddress(address: Address): string | null
  /** Pure: a preview builds the same payload and reaches no provider. */
  buildPayload(content: RenderedContent, options: DeliveryOptions): WirePayload | Unbuildable
  openLane(credential: C, options: LaneOptions): Lane
  /** Stages of a test; with an address the last stage sends to it. */
  probe(credential: C, options: LaneOptions, address?: Address): Promise<ProbeStage[]>
}
