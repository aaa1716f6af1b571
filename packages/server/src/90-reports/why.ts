import type { WhyStep } from '@carillon/contract'
import {
  type ExcludedReason,
  excludedReasons,
  type FailedReason,
  type GateName,
  gateOfReason,
  gates,
  type Reason,
  type Recipient,
  reasonText,
  type Why,
  wallTime,
} from '@carillon/contract'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { Db, DeliveryIds } from '../00-kernel/index.ts'
import { explainMembership, usersBy } from '../30-audience/index.ts'
import { controlArm, hasMet, isRest, type MessageRow, waitingArm } from '../50-schedule/index.ts'
import { heardOf } from './heard-of.ts'
import { type RecipientRow, readRecipientsOfUser, recipientView } from './recipients.ts'

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
  const deliveries = rows.map((row) => {
    const recipient = recipientView(row, deliveryIds)
    return { recipient, trace: [...explainArm(row), ...traceOf(recipient, { message, now })] }
  })
  return {
    message_id: message.id,
    user_id: userId,
    targeted,
    answer: answerOf(message, recipients, { audience, now }),
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

/** Which part of an experiment a delivery is in. */
function explainArm({ arm, variant, outcome }: RecipientRow): Step[] {
  const step = (ok: boolean | null, detail: string): Step[] => [{ step: 'experiment', ok, detail, at: null }]
  if (variant !== null && arm !== null)
    return step(true, isRest(arm) ? `Given ${variant}, which has won.` : `Given the variant ${variant}.`)
  if (outcome !== 'pending') return []
  if (arm === waitingArm) return step(null, 'Waits for the winner among the variants.')
  return arm === controlArm ? step(null, 'In the control group: gets nothing.') : []
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

/** The step at which each reason stops a delivery. */
function gateOf(reason: ExcludedReason | FailedReason): GateName {
  return reason in excludedReasons ? gateOfReason(reason as ExcludedReason) : 'provider'
}

/** What is asked about, and when. */
interface Asked {
  message: MessageRow
  now: Date
}

function traceOf(recipient: Recipient, asked: Asked): Step[] {
  if (recipient.status === 'pending') return [pendingStep(recipient, asked)]
  const reason = recipient.reason as Reason
  const stop = reason === 'accepted' ? null : gateOf(reason)
  const all = gates.slice(0, stop ? gates.findIndex(({ name }) => name === stop) : undefined)
  // What is given of an experiment was told before.
  const passed = all.filter(({ name }) => name !== 'experiment')
  const steps: Step[] = passed.map(({ name, passed }) => ({ step: name, ok: true, detail: passed, at: null }))
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
      detail: [reasonText.accepted, words(recipient)].filter(Boolean).join(' '),
    })
  for (const interaction of recipient.interactions)
    steps.push({ step: interaction, ...heardOf[interaction], at: null })
  return steps
}

function pendingStep(
  { attempts, detail, provider_code, due_at, zone }: Recipient,
  { message: { pace_per_minute: pace }, now }: Asked,
): Step {
  if (detail === 'quiet_hours' && due_at && zone) {
    const until = wallTime(new Date(due_at), zone)
    const day = until.slice(0, 10) === wallTime(now, zone).slice(0, 10) ? '' : ` on ${until.slice(0, 10)}`
    const held = `Held for quiet hours until ${until.slice(11)}${day} in ${zone}.`
    return { step: 'quiet_hours', ok: null, detail: held, at: null }
  }
  const reason = detail ? reasonText[detail as Reason] : null
  const text = reason
    ? `Waiting for another attempt after ${attempts || 'the last'}: ${reason} ${provider_code ?? ''}`.trim()
    : [turnOf(due_at, zone, now), pace && `At most ${pace} go in a minute.`].filter(Boolean).join(' ')
  return { step: 'waiting', ok: null, detail: text, at: null }
}

function turnOf(dueAt: string | null, zone: string | null, now: Date): string {
  if (dueAt === null || zone === null || Date.parse(dueAt) <= now.getTime()) return 'Waiting for its turn.'
  return `Waiting for its turn: due at ${wallTime(new Date(dueAt), zone).replace('T', ' ')} in ${zone}.`
}

/** The provider's own words, as they were. */
function words({ provider_status, provider_code, detail, attempts }: Recipient): string {
  const said = [provider_status, provider_code, detail].filter((part) => part !== null).join(' ')
  return [said && `(${said})`, attempts > 1 && `Attempts: ${attempts}.`].filter(Boolean).join(' ')
}

function answerOf(
  message: MessageRow,
  recipients: readonly Recipient[],
  { audience, now }: { audience: readonly Step[]; now: Date },
): string {
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
  if (first?.status === 'pending') return `On the way: ${pendingStep(first, { message, now }).detail}`
  return `Not sent: ${reasonText[first?.reason as Reason]}`
}
