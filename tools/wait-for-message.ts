import type { Message } from '@carillon/contract'
import type { Api } from './api.ts'

/** Reads the message until it has ended; `onProgress` sees every reading. */
export async function waitForMessage(
  api: Api,
  id: string,
  onProgress: (message: Message) => void = () => {},
): Promise<Message> {
  for (;;) {
    const message: Message = await api('GET', `/v1/messages/${id}`)
    onProgress(message)
    if (['finished', 'cancelled', 'expired'].includes(message.status) && message.counts.pending === 0)
      return message
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
