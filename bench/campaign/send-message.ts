import { setTimeout as pause } from 'node:timers/promises'
import type { Message } from '@carillon/contract'
import type { Api } from '../../tools/api.ts'

/** Three personalised fields. */
const content = {
  title: 'Hello {{ user.first_name }}',
  body: 'In {{ user.city }} everything is 20 % off for {{ user.tier }} members until Sunday.',
}

/** Sends and waits for the last outcome. Every recipient must have been sent to: a cheap failure looks like speed. */
export async function sendMessage(
  api: Api,
  { appId, to, expected, rules = {} }: { appId: string; to: object; expected: number; rules?: object },
): Promise<Message> {
  const { id } = await api('POST', '/v1/messages', { app_id: appId, to, content, ...rules })
  for (;;) {
    const message: Message = await api('GET', `/v1/messages/${id}`)
    if (message.status === 'finished') return checked(message, expected)
    await pause(250)
  }
}

function checked(message: Message, expected: number): Message {
  const { targeted, sent } = message.counts
  if (sent === expected && targeted === expected) return message
  throw new Error(`${sent} of ${targeted} recipients were sent to, not ${expected}.`)
}
