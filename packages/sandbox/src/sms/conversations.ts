import { putBounded } from '../bounded.ts'

export interface TextReceipt {
  status: string
  at: string
}

export interface Text {
  id: string
  direction: 'to_phone' | 'from_phone'
  from: string
  to: string
  text: string
  at: string
  /** Of what was sent to the phone. */
  segments?: number
  encoding?: 'gsm7' | 'ucs2'
  /** What the sender was told of it, in this order. */
  receipts: TextReceipt[]
}

/** All texts between one phone and one sender. */
export interface Conversation {
  id: string
  /** The phone's number. */
  number: string
  /** Who writes to it: a number, a short code or a name. */
  sender: string
  provider: 'twilio' | 'smpp'
  texts: Text[]
}

/** Where a text from the phone goes: to whoever wrote to it last. */
export type SayBack = (text: { from: string; to: string; text: string }) => void

export interface Arriving {
  provider: Conversation['provider']
  from: string
  to: string
  text: string
  segments: number
  encoding: 'gsm7' | 'ucs2'
  sayBack: SayBack
}

export interface Conversations {
  arrive(text: Arriving): Text
  /** The sender was told something about it. */
  told(text: Text, status: string): void
  /** The phone writes back. */
  answer(id: string, text: string): Text | undefined
  list(): Conversation[]
  get(id: string): Conversation | undefined
  clear(): void
  subscribe(listener: (conversation: Conversation) => void): () => void
}

const CONVERSATIONS_LIMIT = 200
const TEXTS_LIMIT = 100

interface Entry {
  conversation: Conversation
  sayBack: SayBack
}

export function createConversations(now: () => number): Conversations {
  const entries = new Map<string, Entry>()
  const listeners = new Set<(conversation: Conversation) => void>()
  let count = 0
  const at = () => new Date(now()).toISOString()
  const tell = ({ conversation }: Entry) => {
    for (const listener of listeners) listener(conversation)
  }
  const add = (entry: Entry, text: Omit<Text, 'id' | 'at' | 'receipts'>): Text => {
    const added = { ...text, id: `t${++count}`, at: at(), receipts: [] }
    entry.conversation.texts.push(added)
    if (entry.conversation.texts.length > TEXTS_LIMIT) entry.conversation.texts.shift()
    tell(entry)
    return added
  }
  return {
    arrive: ({ provider, from, to, sayBack, ...text }) => {
      const id = `${to.replace(/^\+/, '')}-${from.replace(/[^A-Za-z0-9]/g, '')}`
      const entry = entries.get(id) ?? {
        conversation: { id, number: to, sender: from, provider, texts: [] },
        sayBack,
      }
      entry.sayBack = sayBack
      // The last one that was written to goes last.
      entries.delete(id)
      putBounded(entries, CONVERSATIONS_LIMIT, id, entry)
      return add(entry, { direction: 'to_phone', from, to, ...text })
    },
    told: (text, status) => {
      text.receipts.push({ status, at: at() })
      const entry = [...entries.values()].find(({ conversation }) => conversation.texts.includes(text))
      if (entry) tell(entry)
    },
    answer: (id, text) => {
      const entry = entries.get(id)
      if (!entry) return undefined
      const { number, sender } = entry.conversation
      const said = { from: number, to: sender, text }
      const added = add(entry, { direction: 'from_phone', ...said })
      entry.sayBack(said)
      return added
    },
    list: () => [...entries.values()].map(({ conversation }) => conversation).reverse(),
    get: (id) => entries.get(id)?.conversation,
    clear: () => entries.clear(),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
