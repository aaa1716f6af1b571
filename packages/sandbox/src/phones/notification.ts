import type { IncomingHttpHeaders } from 'node:http'

/** What a person would see, whichever platform it came through. Absent parts are absent. */
export interface Shown {
  title?: string
  body?: string
  image?: string
  icon?: string
  badge?: number
  sound?: string
  buttons?: { id: string; title: string }[]
  data?: Record<string, unknown>
  delivery_id?: string
}

export const actTypes = ['opened', 'clicked', 'dismissed', 'action'] as const

export interface Interaction {
  type: (typeof actTypes)[number]
  action_id?: string
  at: string
}

export interface Notification extends Shown {
  id: string
  received_at: string
  interactions: Interaction[]
  /** The platform's own message, as it was sent. */
  raw: unknown
  /** Without `authorization` and the pseudo-headers of HTTP/2. */
  headers: IncomingHttpHeaders
}

type Fields = Record<string, unknown>

/** The value where it is an object; otherwise an empty one, so that a path can be followed without checks. */
export const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {}

export const textOf = (value: unknown) => (typeof value === 'string' ? value : undefined)

/** Buttons as `{id | action, title}` objects, given as a list or as its JSON text. */
export function buttonsOf(value: unknown): Shown['buttons'] {
  const list = typeof value === 'string' ? parseJson(value) : value
  if (!Array.isArray(list)) return undefined
  return list.map(fieldsOf).map((button) => ({
    id: textOf(button.id) ?? textOf(button.action) ?? '',
    title: textOf(button.title) ?? '',
  }))
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
