import type { Environment, Platform, SubscriptionCreate } from '@carillon/contract'
import { type Caller, newId, type Tx } from '../../00-kernel/index.ts'
import { type AppRow, findCredential } from '../../12-apps/index.ts'
import { noteChangedUsers } from '../changed-users.ts'
import type { DeviceAddress } from './address.ts'
import { askOnce } from './ask-once.ts'
import type { Person } from './claim-person.ts'
import {
  type DeviceRow,
  deleteSubscriptions,
  insertDevices,
  lockSameDevices,
  type SubscriptionRow,
  updateDevices,
} from './store.ts'

/** A registration that was allowed. */
export interface Registration {
  input: SubscriptionCreate
  app: AppRow
  address: DeviceAddress
  now: Date
  /** Undefined when it names nobody. */
  person: Person | undefined
}

export type Registered = Pick<SubscriptionRow, 'id' | 'status' | 'user_id'> & { isNew: boolean }

/**
 * Gives each device its one row, as if they came one after the other: those that have no token, device or row in
 * common are written together, and the first that has begins the next round. The caller holds the keys of all,
 * or the audience.
 */
export async function placeDevices(
  tx: Tx,
  caller: Caller,
  registrations: readonly Registration[],
): Promise<Registered[]> {
  const usualEnvironment = askOnce((appId) => readUsualEnvironment(tx, appId))
  const registered: Registered[] = []
  while (registered.length < registrations.length) {
    const waiting = registrations.slice(registered.length)
    const rows = await lockRows(tx, waiting)
    const round: Placed[] = []
    for (const registration of independent(waiting, rows))
      round.push(await placeDevice(registration, { caller, rows, usualEnvironment }))
    await writeRound(tx, caller.workspaceId, round)
    for (const { device, isNew } of round)
      registered.push({ id: device.id, status: 'active', user_id: device.user_id, isNew })
  }
  return registered
}

interface Place {
  app_id: string
  platform: Platform
  token: string
  device_id?: string | null
}

/** What one row alone may have: its token and its device. */
export function spotsOf(place: Place): string[] {
  return [tokenSpot(place), deviceSpot(place)].filter((spot) => spot !== undefined)
}

function tokenSpot({ app_id, platform, token }: Place): string {
  return ['token', app_id, platform, token].join('\0')
}

function deviceSpot({ app_id, platform, device_id }: Place): string | undefined {
  return device_id == null ? undefined : ['device', app_id, platform, device_id].join('\0')
}

function placeOf({ input, app, address }: Registration): Place {
  return { app_id: app.id, platform: input.platform, device_id: input.device_id, token: address.token }
}

type Rows = ReadonlyMap<string | undefined, SubscriptionRow>

/** What holds their tokens and devices now, by token and by device. */
async function lockRows(tx: Tx, registrations: readonly Registration[]): Promise<Rows> {
  const rows = new Map<string | undefined, SubscriptionRow>()
  const lanes = Map.groupBy(registrations, ({ app, input }) => `${app.id} ${input.platform}`)
  for (const lane of lanes.values()) {
    const [{ app, input }] = lane as [Registration]
    const found = await lockSameDevices(tx, {
      appId: app.id,
      platform: input.platform,
      tokenHashes: lane.map(({ address }) => address.tokenHash),
      deviceIds: lane.map((each) => each.input.device_id).filter((id) => id !== undefined),
    })
    for (const row of found) for (const spot of spotsOf(row)) rows.set(spot, row)
  }
  return rows
}

/** As many from the front as touch nothing that one of them touched before; the first always. */
function independent(waiting: readonly Registration[], rows: Rows): readonly Registration[] {
  const touched = new Set<string>()
  const end = waiting.findIndex((registration) => {
    const own = spotsOf(placeOf(registration))
    const all = [...own, ...own.flatMap((spot) => spotsOfRow(rows.get(spot)))]
    const isFree = !all.some((spot) => touched.has(spot))
    for (const spot of all) touched.add(spot)
    return !isFree
  })
  return end === -1 ? waiting : waiting.slice(0, end)
}

function spotsOfRow(row: SubscriptionRow | undefined): string[] {
  return row ? spotsOf(row) : []
}

interface Placed {
  device: DeviceRow
  isNew: boolean
  /** The row that the token leaves. */
  leavesId: string | undefined
}

async function placeDevice(
  registration: Registration,
  context: { caller: Caller; rows: Rows; usualEnvironment: (appId: string) => Promise<Environment> },
): Promise<Placed> {
  const { input, app, address, now, person } = registration
  const place = placeOf(registration)
  const byToken = context.rows.get(tokenSpot(place))
  const known = context.rows.get(deviceSpot(place)) ?? byToken
  const device = {
    id: known?.id ?? newId(now.getTime()),
    app_id: app.id,
    platform: input.platform,
    environment: input.environment ?? byToken?.environment ?? known?.environment ?? (await usual()),
    token: address.token,
    token_hash: address.tokenHash,
    target: address.target,
    keys: address.keys,
    ...detailsOf(input, known),
    ...(person ?? (known && isSamePerson(registration, known, context.caller) ? personIn(known) : nobody)),
    registered_at: now,
  }
  const leavesId = byToken?.id === known?.id ? undefined : byToken?.id
  return { device, isNew: !known, leavesId }

  /** Where the app's own credential leads: a development build need not say so each time. */
  async function usual(): Promise<Environment> {
    return input.platform === 'apns' ? context.usualEnvironment(app.id) : 'production'
  }
}

const nobody: Person = { user_id: null, reconciliation_value: null }

function personIn({ user_id, reconciliation_value }: SubscriptionRow): Person {
  return { user_id, reconciliation_value }
}

/** What the device tells of itself; what it leaves out stays. */
function detailsOf(input: SubscriptionCreate, known: SubscriptionRow | undefined) {
  return {
    device_id: input.device_id ?? known?.device_id ?? null,
    device_name: input.device_name ?? known?.device_name ?? null,
    permission: input.permission ?? known?.permission ?? 'granted',
    locale: input.locale ?? known?.locale ?? null,
    timezone: input.timezone ?? known?.timezone ?? null,
    app_version: input.app_version ?? known?.app_version ?? null,
  }
}

/**
 * Whether a registration that names nobody goes on for whoever was there. Not when the token went to another
 * installation, whose owner is unknown; and not when a device id alone, which proves nothing, would bring
 * somebody's messages to a new token of an app that asks for proof.
 */
function isSamePerson({ input, app, address }: Registration, known: SubscriptionRow, caller: Caller) {
  const isReinstalled =
    input.device_id !== undefined && known.device_id !== null && known.device_id !== input.device_id
  const isUnproven = caller.kind === 'publishable' && app.identity_required && known.token !== address.token
  return !isReinstalled && !isUnproven
}

async function readUsualEnvironment(tx: Tx, appId: string): Promise<Environment> {
  const credential = await findCredential(tx, appId, 'apns')
  return credential?.masked.environment === 'sandbox' ? 'sandbox' : 'production'
}

/** In this order a token or device is free before the next row takes it. */
async function writeRound(tx: Tx, workspaceId: string, round: readonly Placed[]): Promise<void> {
  const left = round.map(({ leavesId }) => leavesId).filter((id) => id !== undefined)
  await deleteSubscriptions(tx, left)
  await updateDevices(tx, devicesOf(round.filter(({ isNew }) => !isNew)))
  await insertDevices(tx, workspaceId, devicesOf(round.filter(({ isNew }) => isNew)))
  await noteChangedUsers(
    tx,
    workspaceId,
    round.map(({ device }) => device.user_id),
  )
}

function devicesOf(placed: readonly Placed[]): DeviceRow[] {
  return placed.map(({ device }) => device)
}
