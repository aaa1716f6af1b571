import type { EmailCredential } from '@carillon/contract'
import type { Transporter } from 'nodemailer'
import type { Lane, LaneOptions, Parcel, SendOptions, Verdict } from '../channel.ts'
import { maxConnections } from './limits.ts'
import { domainOf, type Mailbox, parseMailbox } from './mailbox.ts'
import { type SmtpFailure, verdictOfAcceptance, verdictOfFailure } from './outcome.ts'
import type { EmailBody } from './payload.ts'
import { openTransport } from './transport.ts'

type Mail = Parameters<Transporter['sendMail']>[0]

/** Sends over a few connections to one mail server, one email at a time on each. */
export function openEmailLane(credential: EmailCredential, options: LaneOptions): Lane {
  const transport = openTransport(credential, options)
  const counter = createCounter(maxConnections)

  async function sendOne(parcel: Parcel, isUrgent: boolean): Promise<Verdict> {
    const mail = mailOf(parcel, credential)
    await counter.enter(isUrgent)
    try {
      const { response, messageId } = await (await transport).sendMail(mail)
      return verdictOfAcceptance(String(response), messageId)
    } catch (error) {
      return verdictOfFailure(error as SmtpFailure)
    } finally {
      counter.leave()
    }
  }

  return {
    isOneService: true,
    send: (parcels, how?: SendOptions) =>
      Promise.all(parcels.map((parcel) => sendOne(parcel, how?.urgent ?? false))),
    [Symbol.asyncDispose]: async () => (await transport).close(),
  }
}

/** One email as it is handed over. All that names it comes from the delivery id, so a repetition is the same email. */
export function mailOf({ deliveryId, address, wire }: Parcel, credential: EmailCredential): Mail {
  const from = parseMailbox(credential.from) as Mailbox
  const body = JSON.parse(wire.body) as EmailBody
  const {
    subject,
    'reply-to': replyTo = credential.reply_to,
    'list-unsubscribe': link,
    ...headers
  } = wire.headers
  const { bounce_domain: bounceDomain } = credential
  const plainId = deliveryId.replaceAll('-', '')
  return {
    // As objects, so that nothing in a name or address is read as a list of them.
    from: { name: body.from_name ?? from.name, address: from.address },
    to: { name: '', address: address.token },
    ...(replyTo && { replyTo }),
    envelope: {
      from: bounceDomain ? `b+${plainId}@${bounceDomain}` : from.address,
      to: [address.token],
    },
    messageId: `<${deliveryId}@${bounceDomain ?? domainOf(from.address)}>`,
    subject,
    text: body.text,
    ...(body.html !== undefined && { html: body.html }),
    attachments: wire.attachments?.map(({ filename, content_type, content }) => ({
      filename,
      contentType: content_type,
      content,
      encoding: 'base64',
      contentDisposition: 'attachment' as const,
    })),
    headers: {
      ...headers,
      'x-carillon-delivery': deliveryId,
      ...(link && {
        'list-unsubscribe': { prepared: true, value: unsubscribeOf(link, plainId, bounceDomain) },
      }),
    },
    // Boundaries too are the same each time.
    baseBoundary: plainId,
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

function unsubscribeOf(link: string, plainId: string, bounceDomain: string | undefined): string {
  return bounceDomain ? `${link}, <mailto:u+${plainId}@${bounceDomain}?subject=unsubscribe>` : link
}

/** Lets so many through at once; who is urgent goes before all who wait. */
function createCounter(places: number) {
  let free = places
  const urgent: (() => void)[] = []
  const waiting: (() => void)[] = []
  return {
    async enter(isUrgent: boolean): Promise<void> {
      if (free > 0) free--
      else await new Promise<void>((admit) => (isUrgent ? urgent : waiting).push(admit))
    },
    leave(): void {
      const admit = urgent.shift() ?? waiting.shift()
      if (admit) admit()
      else free++
    },
  }
}
