/** What a mail server piped to us, as far as it is about an email of ours. */
export interface MailReport {
  kind: 'bounce' | 'complaint' | 'unsubscribe' | 'other'
  /** Which email it is about, in the words of its sender; null when it does not say. */
  deliveryId: string | null
  /** Of a bounce: what became of the email (RFC 3464, section 2.3.3), and the status (RFC 3463). */
  action: 'failed' | 'delayed' | 'delivered' | null
  status: string | null
}

interface Part {
  type: string
  text: string
}

interface Mail {
  /** Lower-case names; where one comes twice, its values one after the other. */
  headers: ReadonlyMap<string, string>
  parts: readonly Part[]
}

/**
 * Reads a delivery status notification (RFC 3464), an abuse report (RFC 5965) or a mailed unsubscribe. Which email
 * it is about is said by the address that it came to, which is of that email alone; else by the headers that it
 * gives back.
 */
export async function readMailReport(raw: string): Promise<MailReport> {
  const mail = await parseMail(raw)
  const deliveryId = idInAddress(mail) ?? idInReturned(mail)
  const nothing = { deliveryId, action: null, status: null }
  const status = mail.parts.find(({ type }) => type === 'message/delivery-status')
  if (status) return { kind: 'bounce', deliveryId, ...outcomeOf(status.text) }
  const complaint = mail.parts.find(({ type }) => type === 'message/feedback-report')
  if (complaint) {
    const isOptOut = /^feedback-type:\s*opt-out/im.test(complaint.text)
    return { kind: isOptOut ? 'unsubscribe' : 'complaint', ...nothing }
  }
  return { kind: isMailedUnsubscribe(mail) ? 'unsubscribe' : 'other', ...nothing }
}

/** The parser is large, and most servers never meet a bounce. */
async function parseMail(raw: string): Promise<Mail> {
  const { simpleParser } = await import('mailparser')
  const parsed = await simpleParser(raw, {
    skipHtmlToText: true,
    skipTextToHtml: true,
    skipImageLinks: true,
    // Otherwise it makes the machine's part a part of the text.
    ...{ keepDeliveryStatus: true },
  })
  const headers = new Map<string, string>()
  for (const { key, line } of parsed.headerLines) {
    const value = line.slice(line.indexOf(':') + 1).replace(/\r?\n[ \t]/g, ' ')
    headers.set(key, `${headers.get(key) ?? ''} ${value}`.trim())
  }
  const parts = parsed.attachments.map(({ contentType, content }) => ({
    type: contentType.toLowerCase(),
    text: content.toString('latin1').slice(0, longestPart),
  }))
  return {
    headers,
    parts: [...parts, { type: 'text/plain', text: (parsed.text ?? '').slice(0, longestPart) }],
  }
}

/** Where what we look for stands, it stands early. */
const longestPart = 200_000

/** Where mail servers write down whom a mail was really for. */
const recipientHeaders = ['x-original-to', 'delivered-to', 'envelope-to', 'x-envelope-to', 'to']

function addressed({ headers }: Mail): { purpose: string; id: string } | null {
  for (const name of recipientHeaders) {
    const [, purpose = '', id = ''] =
      /(?:^|[\s<:,;])([bu])\+([0-9a-f]{32})@/i.exec(headers.get(name) ?? '') ?? []
    if (id) return { purpose: purpose.toLowerCase(), id: withHyphens(id) }
  }
  return null
}

function idInAddress(mail: Mail): string | null {
  return addressed(mail)?.id ?? null
}

/** Our own header, our return address or our Message-ID among the headers of the email that came back. */
function idInReturned({ parts }: Mail): string | null {
  for (const { text } of parts) {
    const unfolded = text.replace(/\r?\n[ \t]+/g, ' ')
    const [, own] = /^x-carillon-delivery:\s*([0-9a-f-]{36})\s*$/im.exec(unfolded) ?? []
    if (own) return own.toLowerCase()
    const [, id] = /^message-id:\s*<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@/im.exec(unfolded) ?? []
    if (id) return id.toLowerCase()
    const [, sender] = /^original-mail-from:\s*<?b\+([0-9a-f]{32})@/im.exec(unfolded) ?? []
    if (sender) return withHyphens(sender)
  }
  return null
}

function withHyphens(hex: string): string {
  return hex.toLowerCase().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

/** An email has one recipient, so a block that failed speaks for it. */
function outcomeOf(text: string): Pick<MailReport, 'action' | 'status'> {
  const blocks = text.split(/\r?\n\s*\r?\n/).map((block) => block.replace(/\r?\n[ \t]+/g, ' '))
  const recipients = blocks.flatMap((block) => {
    const action = /^action:\s*([a-z]+)/im.exec(block)?.[1]?.toLowerCase()
    const status = /^status:\s*([245]\.\d{1,3}\.\d{1,3})/im.exec(block)?.[1] ?? null
    return action === undefined ? [] : [{ action: actionOf(action), status }]
  })
  return (
    recipients.find(({ action }) => action === 'failed') ?? recipients[0] ?? { action: null, status: null }
  )
}

function actionOf(word: string): MailReport['action'] {
  if (word === 'failed' || word === 'delayed') return word
  // "relayed" and "expanded" went on to somewhere that reports no further.
  return word === 'delivered' ? word : null
}

/** A machine that answers everything does not want to unsubscribe (RFC 3834, section 5). */
function isMailedUnsubscribe(mail: Mail): boolean {
  if (addressed(mail)?.purpose !== 'u') return false
  const isAutomatic = /^(?!no\b)/i.test(mail.headers.get('auto-submitted') ?? 'no')
  return !isAutomatic
}
