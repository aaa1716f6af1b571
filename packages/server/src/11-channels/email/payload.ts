import type { EmailAttachment, EmailOverrides } from '@carillon/contract'
import type { DeliveryOptions, EmailTracking, RenderedContent, Unbuildable, WirePayload } from '../channel.ts'
import { utf8Bytes } from '../utf8.ts'
import { textOfHtml, withPreheader } from './html-text.ts'
import { maxPayloadBytes } from './limits.ts'
import { withLinks, withPixel } from './track-html.ts'

/** What `WirePayload.body` of an email holds, as JSON. The lane makes MIME of it. */
export interface EmailBody {
  html?: string
  text: string
  from_name?: string
  /** As they are listed; their contents travel beside the body. */
  attachments?: { filename: string; content_type: string; size_bytes: number }[]
}

/** Subject, HTML and text of one email; the addresses are the lane's. */
export function buildEmailPayload(
  { title, body: fallback, silent, email = {} }: RenderedContent,
  { unsubscribeUrl, tracking }: DeliveryOptions,
): WirePayload | Unbuildable {
  if (silent) return { unbuildable: 'not_applicable', detail: 'An email cannot be silent.' }
  const subject = oneLine(email.subject ?? title ?? '')
  if (subject === '') return { unbuildable: 'render_error', detail: 'An email needs a subject or a title.' }
  const { preheader = '', attachments = [] } = email
  const shown = email.html && preheader ? withPreheader(email.html, oneLine(preheader)) : email.html
  const html = shown && tracking ? track(shown, email, { tracking, unsubscribeUrl }) : shown
  const text = email.text ?? (email.html === undefined ? (fallback ?? '') : textOfHtml(email.html))
  const fromName = oneLine(email.from_name ?? '')
  const replyTo = oneLine(email.reply_to ?? '')
  const content: EmailBody = {
    ...(html === undefined ? {} : { html }),
    text,
    ...(fromName === '' ? {} : { from_name: fromName }),
    ...(attachments.length === 0 ? {} : { attachments: attachments.map(listed) }),
  }
  const headers = {
    subject,
    ...(replyTo === '' ? {} : { 'reply-to': replyTo }),
    ...(unsubscribeUrl === undefined ? {} : oneClick(unsubscribeUrl)),
    ...customHeaders(email.headers),
  }
  const body = JSON.stringify(content)
  const attached = attachments.reduce((sum, file) => sum + file.content.length, 0)
  const sizeBytes = utf8Bytes(html ?? '') + utf8Bytes(text) + utf8Bytes(subject) + attached
  return {
    headers,
    body,
    sizeBytes,
    limitBytes: maxPayloadBytes,
    ...(attachments.length === 0 ? {} : { attachments }),
  }
}

/** The text has its links as they are: people read them there. */
function track(
  html: string,
  { track_clicks, track_opens }: EmailOverrides,
  { tracking, unsubscribeUrl }: { tracking: EmailTracking; unsubscribeUrl: string | undefined },
): string {
  const linked = track_clicks
    ? withLinks(html, (url) => (url === unsubscribeUrl ? url : tracking.click(url)))
    : html
  return track_opens ? withPixel(linked, tracking.open()) : linked
}

/** RFC 8058: one POST ends it, without cookie, login or page. */
function oneClick(url: string): Record<string, string> {
  return { 'list-unsubscribe': `<${url}>`, 'list-unsubscribe-post': 'List-Unsubscribe=One-Click' }
}

/** Mail servers know no header with a blank value, and nobody's name may start another header. */
function customHeaders(headers: Readonly<Record<string, string>> = {}): Record<string, string> {
  const lines = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), oneLine(value)] as const)
  return Object.fromEntries(lines.filter(([, value]) => value !== ''))
}

function oneLine(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ').trim()
}

function listed({ filename, content_type, content }: EmailAttachment) {
  const padding = content.endsWith('==') ? 2 : content.endsWith('=') ? 1 : 0
  return { filename, content_type, size_bytes: (content.length / 4) * 3 - padding }
}
