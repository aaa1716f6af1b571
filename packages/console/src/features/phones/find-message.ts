import { listMessages, listRecipients, type Message } from '@carillon/contract'
import { useQuery } from '@tanstack/react-query'
import { call } from '../../shared/client.ts'

const latest = 10

/** A delivery does not name its message, so the latest ones are asked, newest first, for their first recipients. */
export function useMessageOf(deliveryId: string) {
  return useQuery({
    queryKey: ['message of delivery', deliveryId],
    queryFn: ({ signal }) => findMessage(deliveryId, signal),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

async function findMessage(deliveryId: string, signal: AbortSignal): Promise<Message | null> {
  const { data: messages } = await call(listMessages, { query: { limit: latest } }, { signal })
  for (const message of messages) {
    const input = { params: { id: message.id }, query: { limit: 200 } }
    const { data: recipients } = await call(listRecipients, input, { signal })
    if (recipients.some(({ delivery_id }) => delivery_id === deliveryId)) return message
  }
  return null
}
