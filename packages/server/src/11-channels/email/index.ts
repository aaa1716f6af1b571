import type { EmailCredential } from '@carillon/contract'
import type { Channel } from '../channel.ts'
import { maskEmailCredential, parseEmailCredential } from './credential.ts'
import { isEmailAddress } from './mailbox.ts'
import { buildEmailPayload } from './payload.ts'
import { probeEmail } from './probe.ts'
import { openEmailLane } from './send.ts'

/** Email through a mail server of the company's own choice. */
export const emailChannel: Channel<EmailCredential> = {
  platform: 'email',
  parseCredential: parseEmailCredential,
  maskCredential: maskEmailCredential,
  checkAddress: ({ token }) => (isEmailAddress(token) ? null : 'This is not an email address.'),
  buildPayload: buildEmailPayload,
  openLane: openEmailLane,
  probe: probeEmail,
}
