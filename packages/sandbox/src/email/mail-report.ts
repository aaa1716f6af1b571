import { randomUUID } from 'node:crypto'
import type { Email } from './mailbox.ts'

/** What comes back about an email after it was taken: as other mail servers write it. */
export const reportKinds = ['bounce', 'delay', 'complaint', 'unsubscribe'] as const
export type ReportKind = (typeof reportKinds)[number]

/** The whole text of the report (RFC 5322), as the sender's mail server would pipe it. */
export function writeReport(kind: ReportKind, email: Email): string {
  const lines = { bounce: dsn, delay: dsn, complaint: arf, unsubscribe }[kind](email, kind)
  return lines.join('\r\n')
}

/** RFC 3464, section 2. */
function dsn(email: Email, kind: ReportKind): string[] {
  const isFailed = kind === 'bounce'
  const [to = ''] = email.envelope.to
  return multipart('delivery-status', {
    headers: headersOf(email, isFailed ? 'Undelivered Mail Returned to Sender' : 'Delayed Mail'),
    words: isFailed
      ? 'The mail could not be delivered.'
      : 'The mail is delayed; there will be more attempts.',
    machine: [
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.sandbox.example',
      `Arrival-Date: ${new Date(email.received_at).toUTCString()}`,
      '',
      `Original-Recipient: rfc822;${to}`,
      `Final-Recipient: rfc822; ${to}`,
      `Action: ${isFailed ? 'failed' : 'delayed'}`,
      `Status: ${isFailed ? '5.1.1' : '4.4.1'}`,
      `Diagnostic-Code: smtp; ${isFailed ? '550 5.1.1 No such user' : '451 4.4.1 No answer from host'}`,
    ],
    email,
  })
}

/** RFC 5965, section 3. */
function arf(email: Email): string[] {
  return multipart('feedback-report', {
    headers: headersOf(email, 'Complaint about a message'),
    words: 'The recipient called this message spam.',
    machine: [
      'Content-Type: message/feedback-report',
      '',
      'Feedback-Type: abuse',
      'User-Agent: CarillonSandbox/1',
      'Version: 1',
      `Original-Mail-From: <${email.envelope.from}>`,
      `Original-Rcpt-To: <${email.envelope.to[0] ?? ''}>`,
    ],
    email,
  })
}

/** What a mail program sends for the mailto address of List-Unsubscribe. */
function unsubscribe(email: Email): string[] {
  const to = (email.unsubscribe.mailto ?? '').replace(/^mailto:/, '').replace(/\?.*$/, '')
  return [
    `From: <${email.envelope.to[0] ?? ''}>`,
    `To: <${to}>`,
    'Subject: unsubscribe',
    `Message-ID: <${randomUUID()}@sandbox.example>`,
    `Date: ${new Date(email.received_at).toUTCString()}`,
    '',
    'unsubscribe',
    '',
  ]
}

function headersOf(email: Email, subject: string): string[] {
  return [
    'From: Mail Delivery System <MAILER-DAEMON@mx.sandbox.example>',
    `To: <${email.envelope.from}>`,
    `Subject: ${subject}`,
    `Message-ID: <${randomUUID()}@mx.sandbox.example>`,
    `Date: ${new Date(email.received_at).toUTCString()}`,
    'Auto-Submitted: auto-replied',
    'MIME-Version: 1.0',
  ]
}

interface Report {
  headers: string[]
  words: string
  machine: string[]
  email: Email
}

function multipart(type: string, { headers, words, machine, email }: Report): string[] {
  const boundary = randomUUID()
  const original = email.headers.map(({ name, value }) => `${name}: ${value}`)
  return [
    ...headers,
    `Content-Type: multipart/report; report-type=${type}; boundary="${boundary}"`,
    '',
    `--${boundary}`,
    'Content-Type: text/plain; charset=utf-8',
    '',
    words,
    '',
    `--${boundary}`,
    ...machine,
    '',
    `--${boundary}`,
    'Content-Type: text/rfc822-headers',
    '',
    ...original,
    '',
    `--${boundary}--`,
    '',
  ]
}
