import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Answer, Headers, Sender, SenderOptions, SendRequest } from '@carillon/http2-sender'
import {
  createTargetPool,
  isExplicitlyAllowed,
  perOrigin,
  targetRefusedCode,
} from '../../00-kernel/safe-target.ts'
import type { Lane, LaneOptions, Parcel, SendOptions, Verdict } from '../channel.ts'
import { openSender } from '../open-sender.ts'
import { createSameHeaders } from '../same-headers.ts'
import type { VapidCredential } from './credential.ts'
import { encrypt, newSenderKeys, readRecipient, type SenderKeys } from './encrypt.ts'
import { isAccepted, verdictOf } from './outcome.ts'
import { isMicrosoft, isPushService } from './services.ts'
import { createVapidSigner } from './vapid.ts'

/** Connections kept to different services at once; in practice there are four or five services. */
const maxOrigins = 64
/** Messages encrypted in one go, about 3 ms, before other work gets its turn. */
const sliceSize = 16
/** Slices under way at once. A host that nobody knows gets one, so that it cannot keep the lane waiting for long. */
const slicesAtOnce = { trusted: 16, unknown: 1 }

interface Client extends AsyncDisposable {
  sender: Sender
  sameHeaders: (headers: Headers) => Headers
  /** The VAPID header under which this service last took a message. */
  acceptedUnder?: string
}

/** Sends to any number of push services under one VAPID identity. */
export function openWebPushLane(credential: VapidCredential, options: LaneOptions): Lane {
  const signer = createVapidSigner({ ...credential, now: options.now, maxOrigins })
  const pool = createTargetPool({
    safeLookup: options.safeLookup,
    maxOrigins,
    open: (origin, lookup) => openClient(origin, lookup, options),
  })

  async function sendGroup(letters: readonly Letter[], how?: SendOptions): Promise<Verdict[]> {
    const { url } = letters[0] as Letter
    if (url.protocol !== 'https:') return letters.map(() => refused('A push endpoint is an https address.'))
    const verdicts = await pool.use(url, (client) => sendWith(client, { url, letters, how }))
    return 'refused' in verdicts ? letters.map(() => refused(verdicts.refused)) : verdicts
  }

  async function sendWith(client: Client, { url, letters, how }: Group): Promise<Verdict[]> {
    const authorization = signer.headerFor(url.origin)
    const isTrusted = isPushService(url) || isExplicitlyAllowed(options.safeLookup, url)
    const width = isTrusted ? slicesAtOnce.trusted : slicesAtOnce.unknown
    const answers = await inSlices(letters, width, (slice) =>
      sendSlice(client, { letters: slice, authorization, how }),
    )
    if (answers.some(isAccepted)) client.acceptedUnder = authorization
    const keyWasAccepted = client.acceptedUnder === authorization
    const context = { now: options.now(), isTrusted, keyWasAccepted }
    const verdicts = answers.map((answer) => ('class' in answer ? answer : verdictOf(answer, context)))
    if (verdicts.some((verdict) => verdict.class === 'auth_broken')) signer.forget(url.origin)
    return verdicts
  }

  return {
    send: (parcels, how) => perOrigin(parcels.map(letterOf), (letters) => sendGroup(letters, how)),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  }
}

interface Group {
  url: URL
  letters: readonly Letter[]
  how: SendOptions | undefined
}

interface Letter {
  parcel: Parcel
  url: URL
}

const nowhere = new URL('about:blank')

function letterOf(parcel: Parcel): Letter {
  return { parcel, url: URL.parse(parcel.address.token) ?? nowhere }
}

function refused(detail: string): Verdict {
  return { class: 'target_refused', status: null, code: targetRefusedCode, detail }
}

function openClient(origin: string, lookup: SenderOptions['lookup'], options: LaneOptions): Client {
  const sender = openSender(options, {
    origin,
    lookup,
    protocols: ['h2', 'http/1.1'],
    maxInFlight: 100,
    // Microsoft's service may speak HTTP/1.1 alone: one message at a time on each connection.
    maxConnections: isMicrosoft(new URL(origin)) ? 20 : 4,
  })
  return {
    sender,
    sameHeaders: createSameHeaders(),
    [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
  }
}

/** Works through the letters, and leaves the rest for later once a whole slice has met nothing but silence. */
async function inSlices(
  letters: readonly Letter[],
  width: number,
  send: (slice: readonly Letter[]) => Promise<(Answer | Verdict)[]>,
): Promise<(Answer | Verdict)[]> {
  const starts = Array.from({ length: Math.ceil(letters.length / sliceSize) }, (_, i) => i * sliceSize)
  const answers = new Array<Answer | Verdict>(letters.length).fill(leftForLater)
  const queue = starts.values()
  let isSilent = false
  const work = async () => {
    for (const start of queue) {
      await nextTurn()
      if (isSilent) return
      const found = await send(letters.slice(start, start + sliceSize))
      answers.splice(start, found.length, ...found)
      isSilent = found.every((answer) => 'failure' in answer && answer.failure === 'timeout')
    }
  }
  await Promise.all(Array.from({ length: width }, work))
  return answers
}

const leftForLater: Verdict = { class: 'retry', status: null, code: 'ORIGIN_SILENT' }

/** One answer or verdict per letter, in order. What cannot be encrypted is not sent. */
async function sendSlice(
  { sender, sameHeaders }: Client,
  { letters, authorization, how }: { letters: readonly Letter[]; authorization: string; how?: SendOptions },
) {
  const envelope = { authorization, sameHeaders, pair: newSenderKeys() }
  const sealed = letters.map((letter) => seal(letter, envelope))
  const requests = sealed.filter((item) => 'path' in item)
  const answers = (await sender.send(requests, how)).values()
  return sealed.map((item) => ('path' in item ? (answers.next().value as Answer) : item))
}

interface Envelope extends Pick<Client, 'sameHeaders'> {
  authorization: string
  pair: SenderKeys
}

function seal(
  { parcel, url }: Letter,
  { authorization, sameHeaders, pair }: Envelope,
): SendRequest | Verdict {
  const recipient = readRecipient(parcel.address.keys)
  if (!recipient) return unsendable('invalid_keys', 'The keys of the subscription are not of P-256.')
  if (parcel.wire.sizeBytes > parcel.wire.limitBytes) {
    return unsendable('payload_too_large', `The payload has ${parcel.wire.sizeBytes} bytes.`)
  }
  // Of each delivery its own, so not for the compression table.
  const { topic, ...common } = parcel.wire.headers
  return {
    path: url.pathname + url.search,
    headers: topic === undefined ? {} : { topic },
    shared: sameHeaders({
      ...common,
      ...(isMicrosoft(url) && {
        'x-wns-cache-policy': parcel.wire.headers.ttl === '0' ? 'no-cache' : 'cache',
      }),
      'content-encoding': 'aes128gcm',
      'content-type': 'application/octet-stream',
      authorization,
    }),
    body: encrypt(Buffer.from(parcel.wire.body), recipient, pair),
  }
}

function unsendable(code: string, detail: string): Verdict {
  return { class: 'message_bad', status: null, code, detail }
}
