import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Vault } from '../00-kernel/index.ts'

export interface PassSecrets {
  /** What Wallet shows in `Authorization: ApplePass …`; Apple asks for 16 characters at least, and it must never change. */
  authenticationToken(serial: string): string
  isAuthenticationToken(serial: string, given: string): boolean
  /** Whoever knows it may fetch the pass. */
  linkToken(serial: string): string
  /** The serial number behind a link, or null for what is no link of ours. */
  serialOf(linkToken: string): string | null
}

const serialLength = 22
const macLength = 32

export function createPassSecrets(vault: Vault): PassSecrets {
  const key = vault.derive('passes')
  const mac = (purpose: string, serial: string) =>
    createHmac('sha256', key).update(`${purpose}:${serial}`).digest('base64url').slice(0, macLength)
  const isSame = (a: string, b: string) =>
    a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b))
  return {
    authenticationToken: (serial) => mac('wallet', serial),
    isAuthenticationToken: (serial, given) => isSame(mac('wallet', serial), given),
    linkToken: (serial) => serial + mac('link', serial),
    serialOf: (token) => {
      if (!/^[A-Za-z0-9_-]+$/.test(token) || token.length !== serialLength + macLength) return null
      const serial = token.slice(0, serialLength)
      return isSame(mac('link', serial), token.slice(serialLength)) ? serial : null
    },
  }
}

/** Where a pass is fetched by people. */
export function passUrl(address: string, secrets: PassSecrets, serial: string): string {
  return `${address}/p/${secrets.linkToken(serial)}`
}
