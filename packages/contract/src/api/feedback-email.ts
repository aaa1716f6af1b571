import { z } from 'zod'
import { endpoint } from '../endpoint.ts'

export const EmailFeedback = z.object({
  /** `unsubscribe`: somebody mailed to the unsubscribe address. */
  kind: z.enum(['bounce', 'complaint', 'unsubscribe', 'other']),
  /** Of them: recorded just now, known before, and about no delivery of ours. */
  recorded: z.number(),
  duplicate: z.number(),
  unmatched: z.number(),
})
export type EmailFeedback = z.infer<typeof EmailFeedback>

export const takeEmailFeedback = endpoint({
  id: 'takeEmailFeedback',
  method: 'POST',
  path: '/v1/feedback/email',
  access: 'messages:send',
  tag: 'Feedback',
  status: 202,
  summary: 'Hand in a bounce, a complaint or a mailed unsubscribe as the mail server received it',
  /** The whole email, RFC 5322. */
  body: z.string().min(1),
  bodyType: 'message/rfc822',
  bodyLimit: 5 * 1024 * 1024,
  answer: EmailFeedback,
})
