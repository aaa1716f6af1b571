import type { Address, Channel } from '../channel.ts'
import { maskWalletCredential, parseWalletCredential, type WalletKeys } from './credential.ts'
import { isPassSerial } from './limits.ts'
import { buildWalletPayload } from './payload.ts'
import { probeWallet } from './probe.ts'
import { openWalletLane } from './send.ts'

export type { WalletKeys } from './credential.ts'
export { type PassIdentity, passJson } from './pass-json.ts'
export { passMime, signPass } from './pkpass.ts'

/** Passes in Apple Wallet. The address is a pass; the devices that hold it are told that it changed. */
export const walletChannel: Channel<WalletKeys> = {
  platform: 'wallet',
  parseCredential: parseWalletCredential,
  maskCredential: maskWalletCredential,
  checkAddress,
  buildPayload: buildWalletPayload,
  openLane: openWalletLane,
  probe: probeWallet,
}

/** Passes are issued here: a serial number that somebody made up is none. */
function checkAddress({ token }: Address): string | null {
  return isPassSerial(token) ? null : 'A pass is issued by a message of the channel pass, not registered.'
}
