import { useQuery } from '@tanstack/react-query'
import { request } from './client.ts'

/** An email that the sandbox's mail server took. */
export interface SandboxEmail {
  id: string
  received_at: string
  envelope: { from: string; to: string[] }
  from: string
  to: string
  subject: string
  html: string | null
  text: string
  headers: { name: string; value: string }[]
  attachments: { filename: string; content_type: string; size: number }[]
  message_id: string
  delivery_id: string | null
  unsubscribe: { url: string | null; mailto: string | null; one_click: boolean }
  encrypted: boolean
  size: number
}

export const emailsKey = ['sandbox', 'emails'] as const

export function useEmails(enabled: boolean) {
  return useQuery({
    queryKey: emailsKey,
    queryFn: async () =>
      ((await request('/sandbox/emails', { method: 'GET' })) as { emails: SandboxEmail[] }).emails,
    enabled,
  })
}

export const clearEmails = () => request('/sandbox/emails', { method: 'DELETE' })

/** What a mail program does when its reader presses Unsubscribe (RFC 8058). */
export async function unsubscribeAtOnce(url: string): Promise<void> {
  const answer = await fetch(url, {
    method: 'POST',
    credentials: 'omit',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  })
  if (!answer.ok) throw new Error('The address did not unsubscribe.')
}

export type ReportKind = 'bounce' | 'complaint'

/** Has the sandbox report back about the email, and hands that in as a mail server would. */
export async function reportBack(id: string, kind: ReportKind): Promise<void> {
  const { raw } = (await request(`/sandbox/emails/${id}/report`, { method: 'POST', body: { kind } })) as {
    raw: string
  }
  const answer = await fetch('/v1/feedback/email', {
    method: 'POST',
    headers: { 'content-type': 'message/rfc822' },
    body: raw,
  })
  if (!answer.ok) throw new Error('The report was not taken.')
}
