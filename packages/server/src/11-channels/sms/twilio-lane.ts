import type { TwilioCredential } from '@carillon/contract'
import type { Sender, SendRequest } from '@carillon/http2-sender'
import type { Lane, LaneOptions, Parcel } from '../channel.ts'
import { openSender } from '../open-sender.ts'
import { verdictOfTwilio } from './outcome.ts'

/** Twilio answers 429 (20429) to whoever has many more requests open at once. */
const mostAtOnce = 20

/**
 * Sends through Twilio's Messages resource. It takes no key that would tell a repetition from a new message, so what
 * is cut after it was written goes again and may arrive twice.
 */
export function openTwilioLane(credential: TwilioCredential, options: LaneOptions): Lane {
  const sender = openTwilioSender(options)
  return {
    isOneService: true,
    send: async (parcels, how) => {
      const answers = await sender.send(
        parcels.map((parcel) => requestOf(parcel, credential, options)),
        how,
      )
      return answers.map((answer) => verdictOfTwilio(answer, options.now()))
    },
    [Symbol.asyncDispose]: () => sender[Symbol.asyncDispose](),
  }
}

export function openTwilioSender(options: LaneOptions): Sender {
  return openSender(options, {
    origin: new URL(options.endpoints.twilio).origin,
    protocols: ['http/1.1'],
    maxConnections: mostAtOnce,
  })
}

/** Basic authentication (RFC 7617) with account and token. */
export function authorizationOf({ account_sid, auth_token }: TwilioCredential): string {
  return `Basic ${Buffer.from(`${account_sid}:${auth_token}`).toString('base64')}`
}

export function accountPath({ account_sid }: TwilioCredential): string {
  return `/2010-04-01/Accounts/${account_sid}`
}

function requestOf(parcel: Parcel, credential: TwilioCredential, options: LaneOptions): SendRequest {
  return {
    path: `${accountPath(credential)}/Messages.json`,
    headers: {
      authorization: authorizationOf(credential),
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'application/json',
    },
    body: formOf(parcel, credential, options).toString(),
  }
}

function formOf(
  { deliveryId, address, wire }: Parcel,
  { from, messaging_service_sid }: TwilioCredential,
  { appId, callbackUrl }: LaneOptions,
): URLSearchParams {
  const form = new URLSearchParams({ To: address.token, Body: wire.body })
  const sender = wire.headers.from ?? from
  if (sender !== undefined) form.set('From', sender)
  else if (messaging_service_sid !== undefined) form.set('MessagingServiceSid', messaging_service_sid)
  form.set(
    'ValidityPeriod',
    String(Math.min(Number(wire.headers['validity-seconds']), longestValiditySeconds)),
  )
  if (appId && callbackUrl)
    form.set('StatusCallback', `${callbackUrl}${twilioReportPath(appId)}?delivery_id=${deliveryId}`)
  return form
}

/** Twilio: 1 to 36,000 seconds. */
const longestValiditySeconds = 36_000

/** Where Twilio reports to; also where incoming messages of an app's numbers are to be sent. */
export function twilioReportPath(appId: string): string {
  return `/v1/feedback/sms/twilio/${appId}`
}
