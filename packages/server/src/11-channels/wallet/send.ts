import type { Answer, Sender, SendRequest } from '@carillon/http2-sender'
import type { Lane, LaneOptions, Parcel, SendOptions, Verdict } from '../channel.ts'
import { openSender } from '../open-sender.ts'
import type { PassDevice, PassShelf } from '../pass-shelf.ts'
import { createSameHeaders } from '../same-headers.ts'
import type { WalletKeys } from './credential.ts'
import { walletVerdict } from './outcome.ts'

const maxInFlight = 500
const maxConnections = 4
/** Devices that were away for longer ask for changes by themselves. */
const keptSeconds = 7 * 86_400

/**
 * Stores each pass in its new version, then tells the devices that hold it: an empty push, after which Wallet fetches
 * the pass from the web service. Always production: there is no other for passes.
 */
export function openWalletLane(keys: WalletKeys, options: LaneOptions): Lane {
  const passShelf = shelfOf(options)
  const endpoint = new URL(options.endpoints.apns)
  const sender = openSender(options, {
    origin: endpoint.origin,
    protocols: ['h2'],
    maxInFlight,
    maxConnections,
    pem: { certificate: keys.certificate, key: keys.key },
  })
  const requestTo = createRequests(endpoint, keys)

  async function send(parcels: readonly Parcel[], how?: SendOptions): Promise<Verdict[]> {
    const updates = parcels.map(({ deliveryId, address, wire }) => ({
      deliveryId,
      serial: address.token,
      content: wire.body,
    }))
    const devices = await passShelf.update(keys.pass_type_id, updates)
    const expiresAtSeconds = Math.floor(options.now() / 1000) + keptSeconds
    const sentAtMs = options.now()
    const answers = await tell(sender, devices.flat(), { requestTo, expiresAtSeconds, how })
    const judged = judge(devices, answers, options.now())
    const dead = judged.flatMap(({ each }, place) => deadOf(devices[place] ?? [], each, sentAtMs))
    if (!isSuspicious(dead.length, answers.length)) await passShelf.forget(keys.pass_type_id, dead)
    return judged.map(({ verdict }) => verdict)
  }

  return { send, isOneService: true, [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose]() }
}

function shelfOf({ passShelf }: LaneOptions): PassShelf {
  if (passShelf) return passShelf
  throw new Error('A lane of passes was opened without a place to keep them.')
}

type RequestTo = (device: PassDevice, expiresAtSeconds: number) => SendRequest

function createRequests(endpoint: URL, { pass_type_id }: WalletKeys): RequestTo {
  const sameHeaders = createSameHeaders()
  const prefix = `${endpoint.pathname.replace(/\/$/, '')}/3/device/`
  return ({ pushToken }, expiresAtSeconds) => ({
    path: prefix + pushToken.toLowerCase(),
    shared: sameHeaders({
      'apns-topic': pass_type_id,
      // Apple names no type of its own for passes; `alert` is what their push is without one.
      'apns-push-type': 'alert',
      'apns-priority': '10',
      'apns-expiration': String(expiresAtSeconds),
    }),
    headers: {},
    body: '{}',
  })
}

async function tell(
  sender: Sender,
  devices: readonly PassDevice[],
  { requestTo, expiresAtSeconds, how }: { requestTo: RequestTo; expiresAtSeconds: number; how?: SendOptions },
): Promise<readonly Answer[]> {
  if (devices.length === 0) return []
  return sender.send(
    devices.map((device) => requestTo(device, expiresAtSeconds)),
    how,
  )
}

function judge(devices: readonly (readonly PassDevice[])[], answers: readonly Answer[], nowMs: number) {
  let next = 0
  return devices.map(({ length }) => {
    const own = answers.slice(next, next + length)
    next += length
    return walletVerdict(own, nowMs)
  })
}

/** Only what Apple surely knows to be gone, and only if it was not registered since. */
function deadOf(devices: readonly PassDevice[], each: readonly Verdict[], sentAtMs: number) {
  return each.flatMap((verdict, place) => {
    const device = devices[place]
    if (!device || verdict.class !== 'token_dead') return []
    return [
      { pushToken: device.pushToken, beforeMs: Math.min(sentAtMs, verdict.tokenInvalidSinceMs ?? sentAtMs) },
    ]
  })
}

const fewestForDoubt = 50
const mostDeadShare = 0.3

/** So many at once are rather a mistake of ours or of Apple's: they stay, and would say so again. */
function isSuspicious(dead: number, answers: number): boolean {
  return dead >= fewestForDoubt && dead > answers * mostDeadShare
}
