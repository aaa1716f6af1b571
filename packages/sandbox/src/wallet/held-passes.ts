import type { X509Certificate } from 'node:crypto'
import { Problem } from '../problem.ts'
import { type Field, fieldPlaces, type OpenedPass, openPass } from './open-pass.ts'
import { createPassClient, fetchLink } from './pass-client.ts'

/** A pass as its owner sees it. */
export interface WalletPass extends Pick<OpenedPass, 'serial' | 'kind' | 'fields' | 'json' | 'images'> {
  pass_type_id: string
  /** How often it was fetched in a new version since it was added. */
  updates: number
  /** What the lock screen said, newest last. */
  notices: { text: string; at: string }[]
}

/** The passes on one device. */
export interface HeldPasses {
  list(): WalletPass[]
  passTypes(): string[]
  /** Fetches a pass by its link and registers for its updates. */
  add(url: string): Promise<OpenedPass>
  get(serial: string): WalletPass | undefined
  /** Fetches what has changed, of one pass type. */
  update(passTypeId: string): Promise<void>
  /** Throws it away, and tells its sender. */
  remove(serial: string): Promise<void>
}

export interface Device {
  /** What Wallet calls this device towards senders. */
  library: string
  authority: X509Certificate
  pushTokenOf(passTypeId: string): string
  /** Epoch milliseconds. */
  now(): number
}

interface Held {
  shown: WalletPass
  opened: OpenedPass
  lastModified: string | undefined
}

const PASSES_LIMIT = 50
const NOTICES_LIMIT = 20

export function createHeldPasses({ library, authority, pushTokenOf, now }: Device): HeldPasses {
  const held = new Map<string, Held>()
  /** The last tag of each pass type. */
  const tags = new Map<string, string>()
  const clientOf = (pass: OpenedPass) => createPassClient(library, pass)

  async function add(url: string): Promise<OpenedPass> {
    const { bytes, lastModified } = await fetchLink(url)
    const opened = openPass(bytes, authority)
    if (held.size >= PASSES_LIMIT && !held.has(opened.serial))
      throw new Problem(409, `A wallet holds ${PASSES_LIMIT} passes.`)
    await clientOf(opened).register(pushTokenOf(opened.passTypeId))
    held.set(opened.serial, { opened, lastModified, shown: { ...shownOf(opened), updates: 0, notices: [] } })
    return opened
  }

  async function update(passTypeId: string): Promise<void> {
    const some = [...held.values()].find(({ opened }) => opened.passTypeId === passTypeId)
    const changed = some && (await clientOf(some.opened).changed(tags.get(passTypeId)))
    if (!changed) return
    for (const serial of changed.serialNumbers) {
      const known = held.get(serial)
      if (known) await fetchAgain(known)
    }
    // Only once all are here: whoever is cut off in the middle asks for the rest again.
    tags.set(passTypeId, changed.lastUpdated)
  }

  async function fetchAgain({ opened: before, shown, lastModified }: Held): Promise<void> {
    const fetched = await clientOf(before).fetch(lastModified)
    if (!fetched) return
    const opened = openPass(fetched.bytes, authority)
    refuseOther(before, opened)
    const at = new Date(now()).toISOString()
    const notices = [...shown.notices, ...noticesOf(before, opened).map((text) => ({ text, at }))]
    held.set(opened.serial, {
      opened,
      lastModified: fetched.lastModified,
      shown: { ...shownOf(opened), updates: shown.updates + 1, notices: notices.slice(-NOTICES_LIMIT) },
    })
  }

  return {
    list: () => [...held.values()].map(({ shown }) => shown),
    passTypes: () => [...new Set([...held.values()].map(({ opened }) => opened.passTypeId))],
    add,
    get: (serial) => held.get(serial)?.shown,
    update,
    remove: async (serial) => {
      const known = held.get(serial)
      if (!known) throw new Problem(404, `There is no pass ${serial} in this wallet.`)
      held.delete(serial)
      await clientOf(known.opened).unregister()
    },
  }
}

/** What makes a pass this pass may never change. */
function refuseOther(before: OpenedPass, after: OpenedPass): void {
  for (const name of ['serial', 'passTypeId', 'authenticationToken', 'webServiceUrl'] as const)
    if (before[name] !== after[name]) throw new Problem(422, `The ${name} of a pass may not change.`)
}

function shownOf({ serial, passTypeId, kind, fields, json, images }: OpenedPass) {
  // Whoever has it may act as this device.
  const { authenticationToken: _, ...shown } = json
  return { serial, pass_type_id: passTypeId, kind, fields, json: shown, images }
}

/** Only a field with a change message is announced. */
function noticesOf(before: OpenedPass, after: OpenedPass): string[] {
  const old = new Map(allFields(before).map((field) => [field.key, field.value]))
  return allFields(after).flatMap(({ key, value, changeMessage }) =>
    changeMessage !== undefined && old.has(key) && old.get(key) !== value
      ? [changeMessage.replaceAll('%@', value)]
      : [],
  )
}

const allFields = ({ fields }: OpenedPass): Field[] => fieldPlaces.flatMap((place) => fields[place])
