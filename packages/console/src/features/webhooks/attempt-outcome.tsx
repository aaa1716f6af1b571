import type { WebhookAttempt } from '@carillon/contract'
import { Badge } from '@mantine/core'
import { count } from '../../shared/format.ts'

/** `Status 503 after 120 ms`, or why there was no answer. */
export function outcomeText({ status, failure, duration_ms }: WebhookAttempt): string {
  const what = status === null ? `No answer: ${failure}` : `Status ${status}`
  return `${what} after ${count(duration_ms)} ms`
}

export function AttemptOutcome({ attempt }: { attempt: WebhookAttempt }) {
  return (
    <Badge color={attempt.succeeded ? 'green' : 'red'} miw="max-content">
      {attempt.status ?? attempt.failure}
    </Badge>
  )
}
