import { createAccounts } from './accounts.ts'
import { createApns } from './apns/apns.ts'
import { createTokenUpdates } from './apns/provider-token.ts'
import { showApns } from './apns/show-apns.ts'
import type { Certified } from './crypto/certificate.ts'
import { createDeviceTokens } from './device-token.ts'
import { createMailbox } from './email/mailbox.ts'
import { createFates } from './fate.ts'
import { createFaults, seededRandom } from './faults.ts'
import { createFcm, FCM_TOKEN_PATH } from './fcm/fcm.ts'
import { showFcm } from './fcm/show-fcm.ts'
import type { Keep } from './keep.ts'
import { createMint } from './mint-devices.ts'
import { createPhones } from './phones/phones.ts'
import { createSerials } from './serials.ts'
import { createConversations } from './sms/conversations.ts'
import { createTwilio } from './sms/twilio.ts'
import { createStats } from './stats.ts'
import { createWallets } from './wallet/wallets.ts'
import { createBrowsers } from './webpush/browsers.ts'
import { showWebPush } from './webpush/show-webpush.ts'
import { subscribeBrowser } from './webpush/subscribe-browser.ts'
import { createWebPush } from './webpush/webpush.ts'
import type { Arrival } from './wire/exchange.ts'
import type { Emulator } from './wire/serve-provider.ts'
import { showWns } from './wns/show-wns.ts'
import { createWns } from './wns/wns.ts'
import type { ListenerName } from './words.ts'

export interface PartsOptions {
  keep: Keep
  authority: Certified
  /** Epoch milliseconds. */
  now(): number
  tokenUpdateSeconds?: number
  opensOneStreamFirst: boolean
}

export type Parts = ReturnType<typeof createParts>

/** Builds everything that needs no port; addresses are looked up when they are used. */
export function createParts(options: PartsOptions) {
  const { keep, authority, now } = options
  const secret = Buffer.from(keep.state.secret, 'hex')
  const originOf = (name: ListenerName) => `https://localhost:${keep.state.ports[name]}`
  const tokenUri = () => originOf('fcm') + FCM_TOKEN_PATH
  const accounts = createAccounts({ keep, authority, fcmTokenUri: tokenUri })
  const tokens = createDeviceTokens(secret)
  const serials = createSerials(keep)
  const updates = createTokenUpdates(now, options.tokenUpdateSeconds)
  const stats = createStats()
  const faults = createFaults(seededRandom(secret.readUInt32BE()))
  const phones = createPhones({ apns: showApns, fcm: showFcm, webpush: showWebPush, wns: showWns }, now)
  keep.state.phones.forEach(phones.name)
  const mint = createMint({ keep, serials, secret, tokens, accounts, phones, originOf, now })
  const origin = () => originOf('webpush')
  const browsers = createBrowsers({
    subscribe: (publicKey) => subscribeBrowser(publicKey, { tokens, serials, origin }),
    onUndecryptable: () => stats.countRefused('webpush', 'UndecryptablePayload'),
  })
  const conversations = createConversations(now)
  const shared = { accounts, tokens, fates: createFates(), now }
  const apns = { ...shared, updates, opensOneStreamFirst: options.opensOneStreamFirst }
  const emulators: Record<ListenerName, Emulator> = {
    apns: createApns({ ...apns, environment: 'production' }),
    apnsSandbox: createApns({ ...apns, environment: 'sandbox' }),
    fcm: createFcm({ ...shared, tokenUri }),
    webpush: createWebPush({ ...shared, secret, browsers, origin }),
    wns: createWns(shared),
    twilio: createTwilio({ account: accounts.twilio, conversations }),
  }
  const mailbox = createMailbox(now)
  const wallets = createWallets({ tokens, serials, authority: authority.certificate, now })
  // A push for a pass is no notification: the wallet fetches what has changed.
  const received = {
    ...phones,
    arrive: (arrival: Arrival) => wallets.arrive(arrival) || phones.arrive(arrival),
  }
  return {
    mailbox,
    conversations,
    wallets,
    accounts,
    updates,
    phones: received,
    faults,
    stats,
    mint,
    browsers,
    emulators,
    now,
  }
}
