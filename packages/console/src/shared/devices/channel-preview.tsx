import type { Channel, Preview } from '@carillon/contract'
import type { ReactNode } from 'react'
import { EmailPreview } from './email-preview.tsx'
import { PassPreview } from './pass-preview.tsx'
import { SmsPreview } from './sms-preview.tsx'

/** What a message looks like where it arrives, for the channels that show it outside of a notification. */
export const channelPreview: Record<Exclude<Channel, 'push'>, (props: { preview: Preview }) => ReactNode> = {
  email: EmailPreview,
  sms: SmsPreview,
  pass: PassPreview,
}
