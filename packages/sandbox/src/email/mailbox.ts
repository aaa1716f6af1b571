import type { ParsedMail } from 'mailparser'
import { putBounded } from '../bounded.ts'

/** An email as it arrived, taken apart by a parser that has nothing to do with who sent it. */
export interface Email {
  id: string
  received_at: string
  envelope: { from: string; to: string[] }
  from: string
  to: string
  subject: string
  html: string | null
  text: string
  /** In their order, unfolded. */
  headers: { name: string; value: string }[]
  attachments: { filename: string; content_type: string; size: number }[]
  message_id: string
  delivery_id: string | null
  /** Where its sender says that one can unsubscribe, and whether one POST is enough (RFC 8058). */
  unsubscribe: { url: string | null; mailto: string | null; one_click: boolean }
  /** Whether it came over an encrypted connection. */
  encrypted: boolean
  size: number
}

export interface Mailbox {
  arrive(arrival: Arrival): Email
  /** Newest first. */
  list(): Email[]
  get(id: string): Email | undefined
  /** The bytes that came, while they are kept. */
  raw(id: string): Buffer | undefined
  clear(): void
  subscribe(listener: (email: Email) => void): () => void
}

export interface Arrival {
  parsed: ParsedMail
  raw: Buffer
  envelope: Email['envelope']
  encrypted: boolean
}

/** The emails that came last. */
export const EMAILS_LIMIT = 200
/** Of so many the bytes are kept as well. */
const RAW_LIMIT = 50

export function createMailbox(now: () => number): Mailbox {
  const emails = new Map<string, Email>()
  const raws = new Map<string, Buffer>()
  const listeners = new Set<(email: Email) => void>()
  let count = 0
  return {
    arrive: (arrival) => {
      const email = { ...viewOf(arrival), id: `m${++count}`, received_at: new Date(now()).toISOString() }
      putBounded(emails, EMAILS_LIMIT, email.id, email)
      putBounded(raws, RAW_LIMIT, email.id, arrival.raw)
      for (const listener of listeners) listener(email)
      return email
    },
    list: () => [...emails.values()].reverse(),
    get: (id) => emails.get(id),
    raw: (id) => raws.get(id),
    clear: () => {
      emails.clear()
      raws.clear()
    },
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function viewOf({ parsed, raw, envelope, encrypted }: Arrival): Omit<Email, 'id' | 'received_at'> {
  const headers = parsed.headerLines.map(({ key, line }) => ({
    name: key,
    value: line
      .slice(line.indexOf(':') + 1)
      .replace(/\r?\n[ \t]/g, ' ')
      .trim(),
  }))
  const headerOf = (name: string) => headers.find((header) => header.name === name)?.value
  const links = [...(headerOf('list-unsubscribe') ?? '').matchAll(/<([^<>]+)>/g)].map(([, link = '']) => link)
  return {
    envelope,
    from: parsed.from?.text ?? '',
    to: textOf(parsed.to),
    subject: parsed.subject ?? '',
    html: parsed.html === false ? null : parsed.html,
    text: parsed.text ?? '',
    headers,
    attachments: parsed.attachments.map(({ filename, contentType, size }) => ({
      filename: filename ?? '',
      content_type: contentType,
      size,
    })),
    message_id: parsed.messageId ?? '',
    delivery_id: headerOf('x-carillon-delivery') ?? null,
    unsubscribe: {
      url: links.find((link) => /^https?:/.test(link)) ?? null,
      mailto: links.find((link) => link.startsWith('mailto:')) ?? null,
      one_click: headerOf('list-unsubscribe-post') === 'List-Unsubscribe=One-Click',
    },
    encrypted,
    size: raw.length,
  }
}

function textOf(to: ParsedMail['to']): string {
  const lists = to === undefined ? [] : Array.isArray(to) ? to : [to]
  return lists.map(({ text }) => text).join(', ')
}
