import { createHmac, randomBytes } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import smpp from 'smpp'
import { putBounded } from '../bounded.ts'
import type { Judgement, ProviderRequest } from '../wire/exchange.ts'
import type { Emulator, Refusal } from '../wire/serve-provider.ts'
import type { Conversations, SayBack, Text } from './conversations.ts'
import { onlyFirst, SLOW_MS, type SmsScenario, smsScenarioOf } from './scenarios.ts'

export interface TwilioAccount {
  provider: 'twilio'
  account_sid: string
  auth_token: string
  from: string
}

export interface TwilioOptions {
  account(): TwilioAccount
  conversations: Conversations
}

const FIRST_LIMIT = 10_000

/** Twilio's Messages resource (twilio.com/docs/messaging/api/message-resource), and its reports. */
export function createTwilio({ account, conversations }: TwilioOptions): Emulator {
  const seen = new Map<string, true>()
  const isFirst = (number: string, text: string) => {
    const key = `${number} ${text}`
    if (seen.has(key)) return false
    putBounded(seen, FIRST_LIMIT, key, true)
    return true
  }

  function judge(request: ProviderRequest): Judgement {
    const { account_sid } = account()
    const refusal = checkAccess(request, account())
    if (refusal) return refused(refusal)
    const [path = ''] = request.path.split('?')
    const base = `/2010-04-01/Accounts/${account_sid}`
    if (path === `${base}.json` && request.method === 'GET')
      return { result: 'handled', answer: json(200, { sid: account_sid, status: 'active', type: 'Full' }) }
    if (path !== `${base}/Messages.json`) return refused(notFound(path))
    if (request.method !== 'POST') return refused({ status: 405, code: 20004, message: 'Method not allowed' })
    return judgeMessage(request)
  }

  function judgeMessage(request: ProviderRequest): Judgement {
    const form = new URLSearchParams(request.body.toString())
    const wrong = checkForm(request, form, account())
    if (wrong) return refused(wrong)
    const to = form.get('To') ?? ''
    const body = form.get('Body') ?? ''
    const scenario = smsScenarioOf(to)
    if (!onlyFirst.has(scenario) || isFirst(to, body)) {
      if (scenario === 'reset') return { result: 'reset' }
      const error = scenarioErrors[scenario]
      if (error) return refused(error)
    }
    return accept(form, scenario)
  }

  function accept(form: URLSearchParams, scenario: SmsScenario): Judgement {
    const sid = `SM${randomBytes(16).toString('hex')}`
    const callback = form.get('StatusCallback')
    const counted = countSegments(form.get('Body') ?? '')
    const from = form.get('From') ?? account().from
    const text = conversations.arrive({
      provider: 'twilio',
      from,
      to: form.get('To') ?? '',
      text: form.get('Body') ?? '',
      ...counted,
      sayBack: sayBackTo(callback, account()),
    })
    const deliveryId = callback ? (new URL(callback).searchParams.get('delivery_id') ?? undefined) : undefined
    if (callback) void report({ sid, text, callback, scenario, account: account(), conversations })
    return {
      result: 'accepted',
      deliveryId,
      delayMs: scenario === 'slow' ? SLOW_MS : 0,
      answer: json(201, {
        sid,
        account_sid: account().account_sid,
        to: text.to,
        from,
        body: text.text,
        status: 'queued',
        num_segments: String(counted.segments),
        direction: 'outbound-api',
        error_code: null,
        error_message: null,
      }),
    }
  }

  return {
    providerOf: () => 'twilio',
    judge,
    failWith: (_provider, { status, reason, retryAfterSeconds }) =>
      refusalOf(
        { status, code: codeOfStatus[status] ?? 20500, message: reason ?? 'An internal error has occurred' },
        retryAfterSeconds,
      ),
    failExpired: () => refusalOf(unauthenticated),
  }
}

interface TwilioError {
  status: number
  code: number
  message: string
}

const unauthenticated = { status: 401, code: 20003, message: 'Authenticate' }
const notFound = (path: string) => ({
  status: 404,
  code: 20404,
  message: `The requested resource ${path} was not found`,
})
const codeOfStatus: Record<number, number> = { 401: 20003, 403: 20403, 404: 20404, 429: 20429, 503: 20503 }

const scenarioErrors: Partial<Record<SmsScenario, TwilioError>> = {
  invalid: { status: 400, code: 21211, message: "Invalid 'To' Phone Number" },
  landline: { status: 400, code: 21614, message: "'To' number is not a valid mobile number" },
  opted_out: { status: 400, code: 21610, message: 'Attempt to send to unsubscribed recipient' },
  region_off: {
    status: 400,
    code: 21408,
    message: 'Permission to send an SMS has not been enabled for the region',
  },
  message_bad: { status: 400, code: 21617, message: 'The concatenated message body exceeds the limit' },
  throttled: { status: 429, code: 20429, message: 'Too Many Requests' },
  unavailable: { status: 503, code: 20503, message: 'Service Unavailable' },
  queue_full: {
    status: 429,
    code: 21611,
    message: "This 'From' number has exceeded the maximum number of queued messages",
  },
}

function checkAccess({ headers }: ProviderRequest, { account_sid, auth_token }: TwilioAccount) {
  const expected = `Basic ${Buffer.from(`${account_sid}:${auth_token}`).toString('base64')}`
  return headers.authorization === expected ? undefined : unauthenticated
}

/** Fields that Twilio knows; it ignores others, which would hide our mistakes. */
const knownFields = new Set(['To', 'From', 'MessagingServiceSid', 'Body', 'StatusCallback', 'ValidityPeriod'])

function checkForm(
  { headers }: ProviderRequest,
  form: URLSearchParams,
  account: TwilioAccount,
): TwilioError | undefined {
  const wrong = (code: number, message: string) => ({ status: 400, code, message })
  if (headers['content-type'] !== 'application/x-www-form-urlencoded')
    return wrong(20001, 'The body must be a form')
  const unknown = [...form.keys()].find((name) => !knownFields.has(name))
  if (unknown) return wrong(20001, `Unknown parameter ${unknown}`)
  const [to, from, body] = [form.get('To'), form.get('From'), form.get('Body')]
  if (!to) return wrong(21604, "A 'To' phone number is required")
  if (!/^\+[1-9]\d{6,14}$/.test(to)) return wrong(21211, `Invalid 'To' Phone Number: ${to}`)
  if (!from && !form.has('MessagingServiceSid')) return wrong(21603, "A 'From' phone number is required")
  if (from?.startsWith('+') && from !== account.from)
    return wrong(21606, `The 'From' phone number ${from} is not yours`)
  if (!body) return wrong(21602, 'Message body is required')
  if (body.length > 1600)
    return wrong(21617, 'The concatenated message body exceeds the 1600 character limit')
  const validity = form.get('ValidityPeriod')
  if (validity !== null && !(Number(validity) >= 1 && Number(validity) <= 36_000))
    return wrong(20001, 'ValidityPeriod must be 1 to 36000')
  const callback = form.get('StatusCallback')
  return callback !== null && !URL.canParse(callback)
    ? wrong(21609, "Invalid 'StatusCallback' url")
    : undefined
}

/** As another implementation counts them: the SMPP library's. */
export function countSegments(text: string): { segments: number; encoding: 'gsm7' | 'ucs2' } {
  const isGsm = smpp.encodings.ASCII.match(text)
  const units = isGsm ? smpp.encodings.ASCII.encode(text).length : text.length
  const [single, several] = isGsm ? [160, 153] : [70, 67]
  return {
    segments: units <= single ? 1 : Math.ceil(units / several),
    encoding: isGsm ? 'gsm7' : 'ucs2',
  }
}

interface Reporting {
  sid: string
  text: Text
  callback: string
  scenario: SmsScenario
  account: TwilioAccount
  conversations: Conversations
}

/** What is told, in order: a status, and an error code where there is one. */
const ordinary: [string, number?][] = [['sent'], ['delivered']]
const courses: Partial<Record<SmsScenario, [string, number?][]>> = {
  undelivered: [['sent'], ['undelivered', 30005]],
  unreachable: [['sent'], ['undelivered', 30003]],
  filtered: [['sent'], ['undelivered', 30007]],
  silent: [['sent']],
  disordered: [['delivered'], ['sent'], ['delivered']],
}

async function report({ sid, text, callback, scenario, account, conversations }: Reporting): Promise<void> {
  for (const [status, error] of courses[scenario] ?? ordinary) {
    const fields = {
      MessageSid: sid,
      SmsSid: sid,
      AccountSid: account.account_sid,
      From: text.from,
      To: text.to,
      MessageStatus: status,
      SmsStatus: status,
      ApiVersion: '2010-04-01',
      ...(error === undefined ? {} : { ErrorCode: String(error) }),
    }
    if (await post(callback, fields, account)) conversations.told(text, status)
  }
}

/** A text from a phone goes to the address that the number's owner has set; here, where statuses went. */
function sayBackTo(callback: string | null, account: TwilioAccount): SayBack {
  return ({ from, to, text }) => {
    if (!callback) return
    const url = new URL(callback)
    url.search = ''
    const sid = `SM${randomBytes(16).toString('hex')}`
    void post(
      url.href,
      {
        MessageSid: sid,
        SmsMessageSid: sid,
        SmsSid: sid,
        AccountSid: account.account_sid,
        From: from,
        To: to,
        Body: text,
        SmsStatus: 'received',
        NumMedia: '0',
        NumSegments: '1',
        ApiVersion: '2010-04-01',
      },
      account,
    )
  }
}

const ATTEMPTS = 3

/** A signed form. Whoever does not answer with success is asked again a moment later. */
async function post(url: string, fields: Record<string, string>, account: TwilioAccount): Promise<boolean> {
  const headers = {
    'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
    'x-twilio-signature': signatureOf(url, fields, account.auth_token),
  }
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const answer = await fetch(url, {
      method: 'POST',
      headers,
      body: new URLSearchParams(fields).toString(),
      signal: AbortSignal.timeout(5_000),
    }).catch(() => null)
    if (answer?.ok) return true
    if (attempt < ATTEMPTS) await wait(200 * attempt, undefined, { ref: false })
  }
  return false
}

/** twilio.com/docs/usage/security: the address, then names and values in the order of the names. */
export function signatureOf(url: string, fields: Record<string, string>, authToken: string): string {
  const text = Object.keys(fields)
    .sort()
    .reduce((sum, name) => sum + name + fields[name], url)
  return createHmac('sha1', authToken).update(text).digest('base64')
}

function refused(error: TwilioError): Judgement {
  return { result: 'refused', ...refusalOf(error, error.status === 429 ? 1 : undefined) }
}

function refusalOf({ status, code, message }: TwilioError, retryAfterSeconds?: number): Refusal {
  const more_info = `https://www.twilio.com/docs/errors/${code}`
  const answer = json(status, { code, message, more_info, status })
  if (retryAfterSeconds !== undefined) answer.headers['retry-after'] = String(retryAfterSeconds)
  return { reason: String(code), answer }
}

function json(status: number, body: unknown) {
  const headers: Record<string, string> = { 'content-type': 'application/json' }
  return { status, headers, body: JSON.stringify(body) }
}
