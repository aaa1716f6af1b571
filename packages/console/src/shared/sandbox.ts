import type { PushPlatform } from '@carillon/contract'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import { request } from './client.ts'
import { showFailure, useMe } from './server.ts'

/** The sandbox control API, which the server passes through under `/sandbox`. */
export interface SandboxAccounts {
  apns: { key: string; key_id: string; team_id: string; bundle_id: string }
  apns_certificate: { certificate: string; passphrase: string; bundle_id: string }
  fcm: { project_id: string; client_email: string; private_key: string } & Record<string, unknown>
  wns: { tenant_id: string; client_id: string; client_secret: string }
  email: { host: string; port: number; security: string; user: string; password: string; from: string }
  twilio: { provider: 'twilio'; account_sid: string; auth_token: string; from: string }
  smpp: {
    provider: 'smpp'
    host: string
    port: number
    tls: boolean
    system_id: string
    password: string
    from: string
  }
  wallet: { pass_type_id: string; team_id: string; certificate: string; key: string; wwdr: string }
}

/** What the owner of a virtual phone sees; absent parts are absent. */
export interface PhoneNotification {
  id: string
  received_at: string
  title?: string
  body?: string
  image?: string
  icon?: string
  badge?: number
  sound?: string
  buttons?: { id: string; title: string }[]
  data?: Record<string, unknown>
  delivery_id?: string
  interactions: { type: string; action_id?: string; at: string }[]
  raw: unknown
  headers: Record<string, string>
}

export interface Phone {
  id: string
  platform: PushPlatform
  name?: string
  app: string
  /** Newest last. */
  notifications: PhoneNotification[]
}

export interface MintedDevice {
  id: string
  platform: PushPlatform
  token?: string
  endpoint?: string
  keys?: { p256dh: string; auth: string }
}

export function useHasSandbox(): boolean {
  return useMe().data?.sandbox ?? false
}

export const readAccounts = () => request('/sandbox/accounts', { method: 'GET' }) as Promise<SandboxAccounts>

const readPhones = async (): Promise<Phone[]> => {
  const { phones } = (await request('/sandbox/phones', { method: 'GET' })) as { phones: Phone[] }
  return phones
}

export const phonesKey = ['sandbox', 'phones'] as const

export function usePhones(enabled: boolean) {
  return useQuery({ queryKey: phonesKey, queryFn: readPhones, enabled })
}

export async function mintDevice(device: {
  platform: PushPlatform
  /** Bundle id, project id, VAPID public key or WNS client id. */
  app: string
  environment?: 'production' | 'sandbox'
  scenario?: string
  name: string
}): Promise<MintedDevice> {
  const { devices } = (await request('/sandbox/devices', { method: 'POST', body: device })) as {
    devices: MintedDevice[]
  }
  const [minted] = devices
  if (!minted) throw new Error('The sandbox made no device')
  return minted
}

export const markOnPhone = (
  phoneId: string,
  notificationId: string,
  act: { type: string; action_id?: string },
) => request(`/sandbox/phones/${phoneId}/notifications/${notificationId}/act`, { method: 'POST', body: act })

export const clearPhones = () => request('/sandbox/phones', { method: 'DELETE' })

/**
 * Tells when something arrives on any virtual phone, or is acted on; and when it begins or begins again to listen,
 * since nobody told of what arrived before.
 */
export function usePhoneArrivals(enabled: boolean, onArrival: () => void) {
  useEffect(() => {
    if (!enabled) return
    const events = new EventSource('/sandbox/phones/events')
    events.addEventListener('open', onArrival)
    events.addEventListener('notification', onArrival)
    events.addEventListener('interaction', onArrival)
    events.addEventListener('wallet', onArrival)
    events.addEventListener('email', onArrival)
    events.addEventListener('text', onArrival)
    return () => events.close()
  }, [enabled, onArrival])
}

/** What a provider of the sandbox does wrong for a while. */
export interface FaultInput {
  provider: string
  fault: string
  /** Of `status`. */
  status?: number
  /** Seconds, told with `status`. */
  retry_after?: number
  /** Of `slow`. */
  delay_ms?: number
  /** The part of the requests that it hits, 0 to 1; all of them without it. */
  share?: number
  /** It goes away after so many hits. */
  times?: number
}
export type Fault = FaultInput & { id: string; share: number; hits: number }

const faultsKey = ['sandbox', 'faults'] as const

/** Faults wear off with their hits, so they are looked at while they are shown. */
export function useFaults(enabled: boolean) {
  return useQuery({
    queryKey: faultsKey,
    queryFn: async () => {
      const { faults } = (await request('/sandbox/faults', { method: 'GET' })) as { faults: Fault[] }
      return faults
    },
    enabled,
    refetchInterval: 2_000,
  })
}

export function useFaultChanges() {
  const cache = useQueryClient()
  const onSuccess = () => cache.invalidateQueries({ queryKey: faultsKey })
  const add = useMutation({
    mutationFn: (fault: FaultInput) => request('/sandbox/faults', { method: 'POST', body: fault }),
    onSuccess,
  })
  const remove = useMutation({
    mutationFn: (id: string) => request(`/sandbox/faults/${id}`, { method: 'DELETE' }),
    onSuccess,
    onError: showFailure,
  })
  return { add, remove }
}
