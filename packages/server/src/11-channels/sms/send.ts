import type { SmsCredential } from '@carillon/contract'
import type { Lane, LaneOptions } from '../channel.ts'
import { openSmppLane } from './smpp-lane.ts'
import { openTwilioLane } from './twilio-lane.ts'

export function openSmsLane(credential: SmsCredential, options: LaneOptions): Lane {
  return credential.provider === 'twilio'
    ? openTwilioLane(credential, options)
    : openSmppLane(credential, options)
}
