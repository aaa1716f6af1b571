import { createMessage, listMessages } from '@carillon/contract'
import { useRef } from 'react'
import { UnreachableError } from '../../shared/failure.ts'
import { useWrite } from '../../shared/server.ts'
import type { MessageBody } from './compose-draft.ts'

/**
 * Launches once: the same message sent again because no answer came carries the same Idempotency-Key.
 * An answer, even a refusal, ends that; the next try is a new request.
 */
export function useLaunch() {
  const write = useWrite(createMessage, { refreshes: [listMessages], showsFailure: true })
  const open = useRef<{ body: string; key: string } | null>(null)
  const run = (message: MessageBody, onLaunched: (messageId: string) => void) => {
    const body = JSON.stringify(message)
    if (open.current?.body !== body) open.current = { body, key: randomKey() }
    write.mutate(
      { input: { body: message }, idempotencyKey: open.current.key },
      {
        onSuccess: ({ id }) => onLaunched(id),
        onSettled: (_, error) => {
          if (!(error instanceof UnreachableError)) open.current = null
        },
      },
    )
  }
  return { run, isPending: write.isPending, error: write.error }
}

/** `crypto.randomUUID` is missing where the console is not served from localhost or by https. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('')
}
