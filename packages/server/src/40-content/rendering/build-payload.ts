import type { Platform } from '@carillon/contract'
import { buildApnsPayload } from '../../11-channels/apns/payload.ts'
import type { Channel } from '../../11-channels/channel.ts'
import { buildEmailPayload } from '../../11-channels/email/payload.ts'
import { buildFcmPayload } from '../../11-channels/fcm/payload.ts'
import { buildSmsPayload } from '../../11-channels/sms/payload.ts'
import { buildWalletPayload } from '../../11-channels/wallet/payload.ts'
import { buildWebPushPayload } from '../../11-channels/webpush/payload.ts'
import { buildWnsPayload } from '../../11-channels/wns/payload.ts'

/**
 * Content as each provider takes it. From the channels' pure files and not from their `index.ts`, which brings
 * sockets along: rendering stays pure, and a preview reaches nobody.
 */
export const buildPayload: Record<Platform, Channel<never>['buildPayload']> = {
  apns: buildApnsPayload,
  fcm: buildFcmPayload,
  webpush: buildWebPushPayload,
  wns: buildWnsPayload,
  sms: buildSmsPayload,
  email: buildEmailPayload,
  wallet: buildWalletPayload,
}
