import { useQuery } from '@tanstack/react-query'
import { request } from './client.ts'

/** A pass in the Wallet of a virtual phone. */
export interface WalletPass {
  serial: string
  pass_type_id: string
  kind: string
  /** pass.json, less what is secret. */
  json: Record<string, unknown>
  /** Data addresses by name. */
  images: Record<string, string>
  updates: number
  notices: { text: string; at: string }[]
}

export interface Wallet {
  id: string
  name: string
  scenario: string
  passes: WalletPass[]
  /** Why the last update did not come. */
  fault?: string
}

export const walletsKey = ['sandbox', 'wallets'] as const

export function useWallets(enabled: boolean) {
  return useQuery({
    queryKey: walletsKey,
    queryFn: async () =>
      ((await request('/sandbox/wallets', { method: 'GET' })) as { wallets: Wallet[] }).wallets,
    enabled,
  })
}

export const createWallet = (body: { name: string; scenario: string }) =>
  request('/sandbox/wallets', { method: 'POST', body }) as Promise<Wallet>

export const removeWallet = (id: string) => request(`/sandbox/wallets/${id}`, { method: 'DELETE' })

export const addPass = (id: string, url: string) =>
  request(`/sandbox/wallets/${id}/passes`, { method: 'POST', body: { url } })

export const removePass = (id: string, serial: string) =>
  request(`/sandbox/wallets/${id}/passes/${serial}`, { method: 'DELETE' })
