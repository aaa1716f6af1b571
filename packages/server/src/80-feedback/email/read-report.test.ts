import { expect, test } from 'vitest'
import { readMailReport } from './read-report.ts'

const id = '00000000-002a-8abc-9def-000000000007'
const hex = id.replaceAll('-', '')

/** As Postfix 3.7 writes it. */
const postfix = (changes: { to?: string; action?: string; status?: string; returned?: string } = {}) => {
  const { to = `b+${hex}@bounces.example.com`, action = 'failed', status = '5.1.1', returned = '' } = changes
  return `Return-Path: <>
Received: by mail.example.com (Postfix)
	id 4F1B2C; Sat, 21 Nov 2026 10:00:00 +0000 (UTC)
Date: Sat, 21 Nov 2026 10:00:00 +0000 (UTC)
From: MAILER-DAEMON@mail.example.com (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: ${to}
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
	boundary="4F1B2C.1/mail.example.com"
Message-Id: <20261121100000.4F1B2C@mail.example.com>

This is a MIME-encapsulated message.

--4F1B2C.1/mail.example.com
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

This is the mail system at host mail.example.com.

--4F1B2C.1/mail.example.com
Content-Description: Delivery report
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com
X-Postfix-Queue-ID: 4F1B2C
X-Postfix-Sender: rfc822; b@bounces.example.com
Arrival-Date: Sat, 21 Nov 2026 09:59:59 +0000 (UTC)

Final-Recipient: rfc822; nobody@example.org
Original-Recipient: rfc822;nobody@example.org
Action: ${action}
Status: ${status}
Remote-MTA: dns; mx.example.org
Diagnostic-Code: smtp; 550 5.1.1 <nobody@example.org>:
    Recipient address rejected

--4F1B2C.1/mail.example.com
Content-Description: Undelivered Message Headers
Content-Type: text/rfc822-headers

${returned}From: Shop <shop@example.com>
To: nobody@example.org
Subject: Sale

--4F1B2C.1/mail.example.com--
`.replace(/\n/g, '\r\n')
}

test('a bounce is matched by the address that it came to', async () => {
  expect(await readMailReport(postfix())).toEqual({
    kind: 'bounce',
    deliveryId: id,
    action: 'failed',
    status: '5.1.1',
  })
})

test.each([
  ['our own header', `X-Carillon-Delivery: ${id}\n`],
  ['our Message-ID', `Message-ID: <${id}@bounces.example.com>\n`],
  ['our Message-ID, folded', `Message-ID:\n <${id}@bounces.example.com>\n`],
])('without a return address of its own it is matched by %s', async (_, returned) => {
  expect(await readMailReport(postfix({ to: 'shop@example.com', returned }))).toMatchObject({
    deliveryId: id,
  })
})

test('the address goes before the headers, and its own Message-ID is not ours', async () => {
  const returned = 'Message-ID: <11111111-002a-8abc-9def-000000000007@bounces.example.com>\n'
  expect(await readMailReport(postfix({ returned }))).toMatchObject({ deliveryId: id })
  expect(await readMailReport(postfix({ to: 'shop@example.com' }))).toMatchObject({ deliveryId: null })
})

test.each([
  ['delayed', '4.4.1', 'delayed'],
  ['failed', '4.2.2', 'failed'],
  ['delivered', '2.0.0', 'delivered'],
  ['relayed', '2.0.0', null],
])('a status of %s %s is read as it stands', async (action, status, read) => {
  expect(await readMailReport(postfix({ action, status }))).toMatchObject({
    kind: 'bounce',
    action: read,
    status,
  })
})

const plain = (to: string, more = '') =>
  `From: Anna <anna@example.org>\r\nTo: ${to}\r\nSubject: unsubscribe\r\n${more}\r\nplease\r\n`

test('a mail to the unsubscribe address unsubscribes, an automatic answer from there does not', async () => {
  const to = `<u+${hex.toUpperCase()}@bounces.example.com>`
  expect(await readMailReport(plain(to))).toMatchObject({ kind: 'unsubscribe', deliveryId: id })
  expect(await readMailReport(plain(to, 'Auto-Submitted: no\r\n'))).toMatchObject({ kind: 'unsubscribe' })
  expect(await readMailReport(plain(to, 'Auto-Submitted: auto-replied\r\n'))).toMatchObject({ kind: 'other' })
  expect(await readMailReport(plain(`b+${hex}@bounces.example.com`))).toMatchObject({ kind: 'other' })
  const forwarded = plain('list@example.com', `Delivered-To: u+${hex}@bounces.example.com\r\n`)
  expect(await readMailReport(forwarded)).toMatchObject({ kind: 'unsubscribe', deliveryId: id })
})

test.each([
  '',
  'no mail at all',
  '\0\xff\xfe',
  'Content-Type: multipart/report; boundary=x\r\n\r\n--x',
  '{"a":1}',
])('what is no report is none: %j', async (raw) =>
  expect(await readMailReport(raw)).toMatchObject({ kind: 'other' }))

test('a report within a report does not run away', async () => {
  const started = performance.now()
  await readMailReport(`Content-Type: multipart/mixed; boundary=x\r\n\r\n${'--x\r\n\r\n'.repeat(20_000)}`)
  expect(performance.now() - started).toBeLessThan(5_000)
})
