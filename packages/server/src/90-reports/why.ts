import type { WhyStep } from '@carillon/contract'
import {
  type ExcludedReason,
  type FailedReason,
  type Reason,
  type Recipient,
  reasonText,
  type Why,
} from '@carillon/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Db, DeliveryIds } from '../00-kernel/index.ts'
import { explainMembership, usersBy } from '../30-audience/index.ts'
import { hasMet, type MessageRow } from '../50-schedule/index.ts'
import { readRecipientsOfUser, recipientView } from './recipients.ts'

type Step = z.infer<typeof WhyStep>

/** The ordered answer for one person: the audience first, then each of their devices. */
export async function explainWhy(
  db: Db,
  {
    message,
    userId,
    deliveryIds,
    now,
  }: { message: MessageRow; userId: string; deliveryIds: DeliveryIds; now: Date },
): Promise<Why> {
  const rows = await readRecipientsOfUser(db, message.seq, userId)
  const recipients = rows.map((row) => recipientView(row, deliveryIds))
  const targeted = recipients.length > 0
  const audience = [
    ...(await explainAudience(db, message, userId, now)),
    ...(targeted ? [] : await explainCampaign(db, message, userId)),
  ]
  const deliveries = recipients.map((recipient) => ({ recipient, trace: traceOf(recipient) }))
  return {
    message_id: message.id,
    user_id: userId,
    targeted,
    answer: answerOf(message, recipients, audience),
    audience,
    deliveries,
  }
}

async function explainAudience(db: Db, message: MessageRow, userId: string, now: Date): Promise<Step[]> {
  const { audience: to } = message
  const steps: Step[] = []
  const add = (ok: boolean, detail: string) => steps.push({ step: 'audience', ok, detail, at: null })
  if (to.all) add(true, 'The message is for every device of the app.')
  if (to.user_ids)
    add(
      to.user_ids.includes(userId),
      `The message names ${to.user_ids.length === 1 ? 'one person' : `${to.user_ids.length} people`}; this person is ${to.user_ids.includes(userId) ? 'one' : 'not one'} of them.`,
    )
  if (to.subscription_ids) await explainDevices(db, to.subscription_ids, userId, add)
  if (to.users_by) await explainAttribute(db, { message, userId }, to.users_by, add)
  for (const [ids, isIncluding] of [
    [to.segment_ids, true],
    [to.exclude_segment_ids, false],
  ] as const) {
    for (const id of ids ?? []) await explainSegment(db, { message, id, userId, now, isIncluding }, steps)
  }
  return steps
}

/** Why a run passed over somebody who is in its segments. */
async function explainCampaign(db: Db, message: MessageRow, userId: string): Promise<Step[]> {
  const isMet = await hasMet(db, message, userId)
  if (isMet === null) return []
  const detail = isMet
    ? 'Another run of the campaign has met this person: its message goes to each once, or once in every round.'
    : 'The campaign has not met this person: whoever has no device that may be sent to waits until there is one.'
  return [{ step: 'campaign', ok: isMet ? false : null, detail, at: null }]
}

async function explainDevices(
  db: Db,
  ids: readonly string[],
  userId: string,
  add: (ok: boolean, detail: string) => void,
): Promise<void> {
  const theirs = await db
    .selectFrom('subscriptions')
    .select('id')
    .where('user_id', '=', userId)
    .where('id', 'in', [...ids])
    .execute()
  add(
    theirs.length > 0,
    `The message names ${ids.length} devices; ${theirs.length} of them belong to this person now.`,
  )
}

async function explainAttribute(
  db: Db,
  { message, userId }: { message: MessageRow; userId: string },
  by: { attribute: string; values: readonly string[] },
  add: (ok: boolean, detail: string) => void,
): Promise<void> {
  const { matches } = await usersBy(db, message.workspace_id, by)
  const { rows } = await sql<Named & { matches: boolean }>`
    select u.attributes, u.identifiers, ${matches} as matches from users u
    where u.workspace_id = ${message.workspace_id} and u.id = ${userId}`.execute(db)
  const actual = ownValue(rows[0]?.attributes, by.attribute) ?? ownValue(rows[0]?.identifiers, by.attribute)
  add(
    rows[0]?.matches ?? false,
    `The message is for people whose ${by.attribute} is one of ${by.values.length} values; this person's is ${actual === undefined ? 'not set' : JSON.stringify(actual)}.`,
  )
}

interface Named {
  attributes: Record<string, unknown>
  identifiers: Record<string, string>
}

/** Attributes have names of people's choice, `constructor` among them. */
function ownValue<T>(values: Record<string, T> | undefined, name: string): T | undefined {
  return values && Object.hasOwn(values, name) ? values[name] : undefined
}

async function explainSegment(
  db: Db,
  {
    message,
    id,
    userId,
    now,
    isIncluding,
  }: { message: MessageRow; id: string; userId: string; now: Date; isIncluding: boolean },
  steps: Step[],
): Promise<void> {
  const segment = await db.selectFrom('segments').select('name').where('id', '=', id).executeTakeFirst()
  if (!segment) {
    steps.push({ step: 'segment', ok: null, detail: 'The segment was deleted since.', at: null })
    return
  }
  const { passed, conditions } = await explainMembership(db, message.workspace_id, id, userId, now)
  const verb = isIncluding ? 'is for' : 'leaves out'
  steps.push({
    step: 'segment',
    ok: passed === isIncluding,
    detail: `The message ${verb} the segment ${segment.name}; this person is ${passed ? '' : 'not '}in it now.`,
    at: null,
  })
  for (const condition of conditions) {
    steps.push({
      step: `condition ${condition.number}`,
      ok: condition.passed,
      detail: `${condition.text}; actual ${condition.actual ?? 'not set'}`,
      at: null,
    })
  }
}

/** The gates in their order, and the step at which each reason stops a delivery. */
const gates = [
  'message',
  'app',
  'credential',
  'subscription',
  'permission',
  'render',
  'size',
  'provider',
] as const

const gateOf: Record<ExcludedReason | FailedReason, (typeof gates)[number]> = {
  cancelled: 'message',
  expired: 'message',
  app_unpublished: 'app',
  no_credential: 'credential',
  no_subscription: 'subscription',
  subscription_deleted: 'subscription',
  subscription_moved: 'subscription',
  unsubscribed: 'subscription',
  token_retired: 'subscription',
  token_suspect: 'subscription',
  permission_denied: 'permission',
  not_applicable: 'render',
  render_error: 'render',
  payload_too_large: 'size',
  dry_run: 'provider',
  token_unregistered: 'provider',
  token_invalid: 'provider',
  token_wrong_context: 'provider',
  message_rejected: 'provider',
  credential_rejected: 'provider',
  throttled: 'provider',
  provider_unavailable: 'provider',
  provider_dropped: 'provider',
  target_refused: 'provider',
}

const passedText: Record<(typeof gates)[number], string> = {
  message: 'The message was due, not cancelled and not expired.',
  app: 'The app was published.',
  credential: 'The app had a credential for the platform.',
  subscription: 'The device was subscribed and belonged to this person.',
  permission: 'The device allows notifications.',
  render: 'The content was rendered for this person.',
  size: 'The payload was within the provider’s limit.',
  provider: reasonText.accepted,
}

function traceOf(recipient: Recipient): Step[] {
  if (recipient.status === 'pending') return [pendingStep(recipient)]
  const reason = recipient.reason as Reason
  const stop = reason === 'accepted' ? null : gateOf[reason]
  const passed = gates.slice(0, stop ? gates.indexOf(stop) : undefined)
  const steps: Step[] = passed.map((gate) => ({ step: gate, ok: true, detail: passedText[gate], at: null }))
  if (stop)
    steps.push({
      step: stop,
      ok: false,
      detail: [reasonText[reason], words(recipient)].filter(Boolean).join(' '),
      at: recipient.at,
    })
  else
    Object.assign(steps.at(-1) as Step, {
      at: recipient.at,
      detail: [passedText.provider, words(recipient)].filter(Boolean).join(' '),
    })
  for (const interaction of recipient.interactions)
    steps.push({ step: interaction, ok: true, detail: `The device reported ${interaction}.`, at: null })
  return steps
}

function pendingStep({ attempts, detail, provider_code }: Recipient): Step {
  const reason = detail ? reasonText[detail as Reason] : null
  const text = reason
    ? `Waiting for another attempt after ${attempts || 'the last'}: ${reason} ${provider_code ?? ''}`.trim()
    : 'Waiting for its turn.'
  return { step: 'waiting', ok: null, detail: text, at: null }
}

/** The provider's own words, as they were. */
function words({ provider_status, provider_code, detail, attempts }: Recipient): string {
  const said = [provider_status, provider_code, detail].filter((part) => part !== null).join(' ')
  return [said && `(${said})`, attempts > 1 && `Attempts: ${attempts}.`].filter(Boolean).join(' ')
}

function answerOf(message: MessageRow, recipients: readonly Recipient[], audience: readonly Step[]): string {
  if (recipients.length === 0) {
    if (message.frozen_at === null) return 'Not decided yet: the audience is still being gathered.'
    const failed = audience.find((step) => step.ok === false)
    return failed
      ? `Not targeted: ${failed.detail}`
      : 'Not targeted: the person did not match when the audience was frozen.'
  }
  const sent = recipients.filter((recipient) => recipient.status === 'sent')
  if (sent.length > 0) {
    const seen = sent.filter((recipient) => recipient.interactions.length > 0).length
    return `Handed over to the provider for ${sent.length} of ${recipients.length} devices; ${seen} reported something back.`
  }
  const [first] = recipients
  if (first?.status === 'pending') return `On the way: ${pendingStep(first).detail}`
  return `Not sent: ${reasonText[first?.reason as Reason]}`
}
