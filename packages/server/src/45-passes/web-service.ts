import { type Log, Problem, type Store, type Tx } from '../00-kernel/index.ts'
import { type BuildDeps, buildPass } from './build-pass.ts'
import { findPassBySerial, type PassRow, readChanged, registerDevice, unregisterDevice } from './store.ts'

export interface WebServiceDeps extends Omit<BuildDeps, 'db'> {
  store: Store
  log: Log
  /** A device has got the version that this delivery made. */
  onDelivered: (tx: Tx, deliveryId: string) => Promise<void>
}

/** Which pass on which device; as they stand in the address. */
export interface Place {
  device: string
  passType: string
  serial: string
}

/** A pass as it is fetched. */
export interface FetchedPass {
  bytes: Buffer
  changedAt: Date
}

/**
 * What Wallet calls by itself.
 * https://developer.apple.com/documentation/walletpasses/adding-a-web-service-to-update-passes
 */
export interface PassWebService {
  /** True when the device is new for this pass. */
  register(place: Place, authorization: string | undefined, pushToken: string): Promise<boolean>
  unregister(place: Place, authorization: string | undefined): Promise<void>
  /** Null when nothing has changed since the tag. */
  changed(
    place: Omit<Place, 'serial'>,
    since: string | undefined,
  ): Promise<{ serialNumbers: string[]; lastUpdated: string } | null>
  /** Null when it has not changed since. */
  fetch(
    place: Omit<Place, 'device'>,
    authorization: string | undefined,
    modifiedSince: string | undefined,
  ): Promise<FetchedPass | null>
  /** By its link; null when the link is none of ours. */
  fetchByLink(linkToken: string): Promise<FetchedPass | null>
  keepLog(lines: readonly string[]): void
}

/** What of a phone's complaints is kept; anybody may send them. */
const mostLogLines = 20
const mostLogCharacters = 500

export function createPassWebService(deps: WebServiceDeps): PassWebService {
  const { store, secrets, now, log, onDelivered } = deps
  const { db } = store
  const found = async ({ passType, serial }: Omit<Place, 'device'>, authorization: string | undefined) => {
    const given = /^ApplePass ([\x21-\x7e]{1,200})$/.exec(authorization ?? '')?.[1]
    // Whoever has no right to a pass does not learn whether there is one.
    if (given === undefined || !secrets.isAuthenticationToken(serial, given))
      throw new Problem('unauthenticated')
    const row = await findPassBySerial(db, serial)
    if (!row || row.pass_type_id !== passType) throw new Problem('unauthenticated')
    return row
  }
  const signed = async (row: PassRow): Promise<FetchedPass> => ({
    bytes: await buildPass({ ...deps, db }, row),
    changedAt: row.changed_at,
  })

  return {
    register: async (place, authorization, pushToken) => {
      const { id: subscriptionId, delivery_id: deliveryId } = await found(place, authorization)
      const registration = {
        subscriptionId,
        deviceId: place.device,
        passTypeId: place.passType,
        pushToken,
        now: now(),
      }
      return db.transaction().execute(async (tx) => {
        const isNew = await registerDevice(tx, registration)
        if (isNew) await onDelivered(tx, deliveryId)
        return isNew
      })
    },
    unregister: async (place, authorization) => {
      const { id: subscriptionId } = await found(place, authorization)
      await db.transaction().execute((tx) => unregisterDevice(tx, { subscriptionId, deviceId: place.device }))
    },
    changed: async ({ device, passType }, since) => {
      const { serials, tag } = await readChanged(db, {
        deviceId: device,
        passTypeId: passType,
        since: tagOf(since),
      })
      return tag === null ? null : { serialNumbers: serials, lastUpdated: String(tag) }
    },
    fetch: async (place, authorization, modifiedSince) => {
      const row = await found(place, authorization)
      const known = Date.parse(modifiedSince ?? '')
      if (known >= row.changed_at.getTime()) return null
      const pass = await signed(row)
      await db.transaction().execute((tx) => onDelivered(tx, row.delivery_id))
      return pass
    },
    fetchByLink: async (linkToken) => {
      const serial = secrets.serialOf(linkToken)
      const row = serial === null ? undefined : await findPassBySerial(db, serial)
      return row ? signed(row) : null
    },
    keepLog: (lines) => {
      for (const line of lines.slice(0, mostLogLines))
        log.warn({ line: line.slice(0, mostLogCharacters) }, 'Wallet on a device reports')
    },
  }
}

/** A device tells the tag that we told it; anything else is answered with everything. */
function tagOf(text: string | undefined): bigint {
  return text !== undefined && /^\d{1,18}$/.test(text) ? BigInt(text) : 0n
}
