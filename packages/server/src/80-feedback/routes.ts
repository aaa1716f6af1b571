import { createInteractions } from '@carillon/contract'
import type { DeliveryIds, Route } from '../00-kernel/index.ts'
import { write } from '../00-kernel/index.ts'
import { emailFeedbackRoutes } from './email/routes.ts'
import { recordInteractions } from './record-interactions.ts'

export function feedbackRoutes({
  deliveryIds,
  now,
  countUnknown,
}: {
  deliveryIds: DeliveryIds
  now: () => Date
  countUnknown: (n: number) => void
}): Route[] {
  return [
    write(createInteractions, async ({ db, caller, body }) => {
      const reports = Array.isArray(body) ? body : [body]
      const result = await recordInteractions(db, { caller, deliveryIds, reports, now: now() })
      countUnknown(result.unknown)
      return result
    }),
    ...emailFeedbackRoutes({ deliveryIds, now, countUnknown }),
  ]
}
