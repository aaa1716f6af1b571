import { putBounded } from '../bounded.ts'
import { phoneIdOf } from '../device-token.ts'
import type { NamedPhone } from '../keep.ts'
import type { Arrival } from '../wire/exchange.ts'
import type { Platform } from '../words.ts'
import type { Interaction, Notification, Shown } from './notification.ts'

export interface Phone {
  id: string
  platform: Platform
  name?: string
  app: string
  /** Newest last. */
  notifications: Notification[]
}

/** What listeners hear: the phone it concerns, and the notification as it is now. */
export interface PhoneEvent {
  type: 'notification' | 'interaction'
  phone: Omit<Phone, 'notifications'>
  notification: Notification
}

export interface Phones {
  name(phone: NamedPhone): void
  arrive(arrival: Arrival): void
  list(): Phone[]
  get(id: string): Phone | undefined
  act(phoneId: string, notificationId: string, interaction: Interaction): Notification | undefined
  /** Forgets the notifications, and the phones without a name. */
  clear(): void
  subscribe(listener: (event: PhoneEvent) => void): () => void
}

/** Named phones and, apart from them, the ones that received something last. */
export const PHONES_LIMIT = 200
export const NOTIFICATIONS_LIMIT = 50

/** Kept as it came; what it shows is worked out only when somebody looks. */
interface Received {
  id: string
  at: number
  arrival: Arrival
  interactions: Interaction[]
}

interface Entry {
  phone: Omit<Phone, 'notifications'>
  received: Received[]
}

export function createPhones(show: Record<Platform, (payload: unknown) => Shown>, now: () => number): Phones {
  const named = new Map<string, Entry>()
  const recent = new Map<string, Entry>()
  const listeners = new Set<(event: PhoneEvent) => void>()
  let count = 0

  const view = ({ id, at, arrival, interactions }: Received): Notification => {
    const headers = Object.entries(arrival.headers).filter(
      ([name]) => name !== 'authorization' && name[0] !== ':',
    )
    const shown = show[arrival.identity.platform](arrival.payload)
    const received_at = new Date(at).toISOString()
    return {
      id,
      received_at,
      ...shown,
      interactions,
      raw: arrival.payload,
      headers: Object.fromEntries(headers),
    }
  }
  const viewPhone = ({ phone, received }: Entry): Phone => ({ ...phone, notifications: received.map(view) })
  const tell = (type: PhoneEvent['type'], { phone }: Entry, received: Received) => {
    if (listeners.size === 0) return
    const event = { type, phone, notification: view(received) }
    for (const listener of listeners) listener(event)
  }
  const entryOf = ({ identity, app }: Arrival): Entry => {
    const id = phoneIdOf(identity)
    const known = named.get(id)
    if (known) return known
    const entry = recent.get(id) ?? { phone: { id, platform: identity.platform, app }, received: [] }
    recent.delete(id)
    putBounded(recent, PHONES_LIMIT, id, entry)
    return entry
  }

  return {
    name: (phone) => putBounded(named, PHONES_LIMIT, phone.id, { phone, received: [] }),
    arrive: (arrival) => {
      const entry = entryOf(arrival)
      const received = { id: `n${++count}`, at: now(), arrival, interactions: [] }
      entry.received.push(received)
      if (entry.received.length > NOTIFICATIONS_LIMIT) entry.received.shift()
      tell('notification', entry, received)
    },
    list: () => [...named.values(), ...[...recent.values()].reverse()].map(viewPhone),
    get: (id) => {
      const entry = named.get(id) ?? recent.get(id)
      return entry && viewPhone(entry)
    },
    act: (phoneId, notificationId, interaction) => {
      const entry = named.get(phoneId) ?? recent.get(phoneId)
      const received = entry?.received.find(({ id }) => id === notificationId)
      if (!entry || !received) return undefined
      received.interactions.push(interaction)
      tell('interaction', entry, received)
      return view(received)
    },
    clear: () => {
      recent.clear()
      for (const entry of named.values()) entry.received = []
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
