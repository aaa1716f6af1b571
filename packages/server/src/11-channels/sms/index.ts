import type { SmsCredential } from '@carillon/contract'
import type { Channel } from '../channel.ts'
import { maskSmsCredential, parseSmsCredential } from './credential.ts'
import { buildSmsPayload } from './payload.ts'
import { probeSms } from './probe.ts'
import { openSmsLane } from './send.ts'

/** Text messages, by Twilio's HTTP or by SMPP 3.4. */
export const smsChannel: Channel<SmsCredential> = {
  platform: 'sms',
  parseCredential: parseSmsCredential,
  maskCredential: maskSmsCredential,
  checkAddress: ({ token }) =>
    /^\+[1-9]\d{6,14}$/.test(token) ? null : 'A phone number is + and the digits of country and number.',
  buildPayload: buildSmsPayload,
  openLane: openSmsLane,
  probe: probeSms,
}
