import { takeEmailFeedback } from '@carillon/contract'
import { type DeliveryIds, type Route, write } from '../../00-kernel/index.ts'
import { recordMail } from './record-mail.ts'

export function emailFeedbackRoutes({
  deliveryIds,
  now,
  countUnknown,
}: {
  deliveryIds: DeliveryIds
  now: () => Date
  countUnknown: (n: number) => void
}): Route[] {
  return [
    write(takeEmailFeedback, async ({ db, caller, body }) => {
      const answer = await recordMail(db, { caller, deliveryIds, raw: body, now: now() })
      countUnknown(answer.unmatched)
      return answer
    }),
  ]
}
