import type { ProviderReport } from '../../11-channels/index.ts'

/** The final statuses, in the words of SMPP receipts. What is not final says nothing that we do not know. */
const states: Record<string, string> = {
  delivered: 'DELIVRD',
  read: 'DELIVRD',
  undelivered: 'UNDELIV',
  failed: 'UNDELIV',
  canceled: 'DELETED',
}

/** What Twilio tells with one call; null for what is on its way, such as `queued` or `sent`. */
export function readTwilio(
  form: Readonly<Record<string, string>>,
  deliveryId: string | undefined,
): ProviderReport | null {
  const { MessageSid = '', MessageStatus, SmsStatus, ErrorCode = '', Body, From = '', To = '' } = form
  const status = MessageStatus ?? SmsStatus ?? ''
  if (Body !== undefined && (status === 'received' || status === 'receiving' || status === ''))
    return { kind: 'inbound', data: { id: MessageSid, from: From, to: To, text: Body } }
  const state = states[status]
  if (state === undefined) return null
  return {
    kind: 'receipt',
    data: {
      id: MessageSid,
      state,
      code: ErrorCode,
      number: To,
      ...(deliveryId && { delivery_id: deliveryId }),
    },
  }
}
