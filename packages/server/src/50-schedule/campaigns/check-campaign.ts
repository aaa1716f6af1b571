import { isDeepStrictEqual } from 'node:util'
import {
  type Channel,
  type Content,
  channelOfPlatform,
  channelPlatforms,
  type Experiment,
  type Json,
  type Overrides,
  type ProblemPlace,
  type ReachRule,
  type Repeat,
} from '@carillon/contract'
import { type Db, Problem, type Tx } from '../../00-kernel/index.ts'
import { type AppRow, findApp, findCredentials } from '../../12-apps/index.ts'
import { hasTopic, unknownSegments } from '../../30-audience/index.ts'
import { checkConstantSize, checkContent, resolveTemplate } from '../../40-content/index.ts'
import { checkPass } from '../../45-passes/index.ts'
import { calendarRoundAt } from './calendar-rounds.ts'
import { findExperimentObstacles, type Text, textsOf } from './check-experiment.ts'

/** What decides whether a campaign can run, as it is stored or as it is about to be. */
export interface CampaignPlan {
  zone: string
  segment_ids: readonly string[]
  exclude_segment_ids: readonly string[]
  start_at: Date
  end_at: Date
  reach: ReachRule
  messages: readonly MessagePlan[]
}

export interface MessagePlan {
  app_id: string
  channel: Channel
  content?: Content | null
  template_id?: string | null
  variables?: Record<string, Json>
  overrides?: Overrides
  experiment?: Experiment | null
  repeat?: Repeat | null
  topic?: string | null
}

/** What may not even be kept as a draft: dates that contradict each other, and ids that name nothing. */
export async function findContradictions(
  db: Db | Tx,
  workspaceId: string,
  plan: CampaignPlan,
): Promise<ProblemPlace[]> {
  const order =
    plan.end_at > plan.start_at ? [] : [place('/end_local', 'too_early', 'must be after the start')]
  const segments = await findUnknownSegments(db, workspaceId, plan)
  const messages: ProblemPlace[] = []
  for (const [i, message] of plan.messages.entries()) {
    if (!(await findApp(db, workspaceId, message.app_id)))
      messages.push(place(`/messages/${i}/app_id`, 'unknown_app', 'There is no app with this id.'))
    if (message.topic && !(await hasTopic(db, workspaceId, message.topic)))
      messages.push(place(`/messages/${i}/topic`, 'unknown_topic', 'There is no topic with this name.'))
    for (const { at, template_id } of textsOf(message, i)) {
      if (template_id && !(await resolveTemplate(db, workspaceId, template_id)))
        messages.push(unknownTemplate(at))
    }
  }
  return [...order, ...segments, ...messages, ...findUnequalRounds(plan)]
}

/** Whom one of the messages has met the others leave alone, so all of them must mean the same round. */
function findUnequalRounds({ reach, messages: [first, ...others] }: CampaignPlan): ProblemPlace[] {
  if (reach === 'all') return []
  const isEqual = ({ repeat }: MessagePlan) => isDeepStrictEqual(repeat ?? null, first?.repeat ?? null)
  const detail = 'must be that of the first message: each person gets one of them in a round'
  return others.flatMap((message, i) =>
    isEqual(message) ? [] : [place(`/messages/${i + 1}/repeat`, 'unequal', detail)],
  )
}

/** Everything that keeps a campaign from running, contradictions included, in the order of its fields. */
export async function findObstacles(
  db: Db | Tx,
  workspaceId: string,
  plan: CampaignPlan,
  now: Date,
): Promise<ProblemPlace[]> {
  const found: ProblemPlace[] = [
    ...(await findUnknownSegments(db, workspaceId, plan)),
    ...findUnequalRounds(plan),
  ]
  if (plan.segment_ids.length === 0)
    found.push(place('/segment_ids', 'missing', 'Name the segments whose people it is for.'))
  if (plan.end_at <= plan.start_at) found.push(place('/end_local', 'too_early', 'must be after the start'))
  else if (plan.end_at <= now) found.push(place('/end_local', 'past', 'has passed already'))
  if (plan.messages.length === 0) found.push(place('/messages', 'missing', 'There is no message to send.'))
  for (const [i, message] of plan.messages.entries()) {
    const app = await findApp(db, workspaceId, message.app_id)
    found.push(...(await findAppObstacles(db, app, { channel: message.channel, i })))
    for (const text of textsOf(message, i)) found.push(...(await findContentObstacles(db, workspaceId, text)))
    found.push(...findExperimentObstacles(plan, message, i))
    if (comesNever(plan, message, now))
      found.push(place(`/messages/${i}/repeat`, 'never', 'comes on no day between the start and the end'))
  }
  return found
}

/** Whether none of the days on which a message repeats lies before the campaign's end. */
function comesNever({ end_at, ...dates }: CampaignPlan, { repeat }: MessagePlan, now: Date): boolean {
  if (!repeat || !('at' in repeat)) return false
  const { isOpen, next } = calendarRoundAt(dates, repeat, dates.start_at > now ? dates.start_at : now)
  return !isOpen && next >= end_at
}

async function findUnknownSegments(db: Db | Tx, workspaceId: string, plan: CampaignPlan) {
  const found: ProblemPlace[] = []
  for (const field of ['segment_ids', 'exclude_segment_ids'] as const) {
    const unknown = new Set(await unknownSegments(db, workspaceId, plan[field]))
    plan[field].forEach((id, i) => {
      if (unknown.has(id.toLowerCase()))
        found.push(place(`/${field}/${i}`, 'unknown_segment', `There is no segment with the id ${id}.`))
    })
  }
  return found
}

async function findAppObstacles(
  db: Db | Tx,
  app: AppRow | undefined,
  { channel, i }: { channel: Channel; i: number },
): Promise<ProblemPlace[]> {
  const pointer = `/messages/${i}/app_id`
  if (!app) return [place(pointer, 'unknown_app', 'There is no app with this id.')]
  const found: ProblemPlace[] = []
  if (app.status !== 'published') found.push(unpublished(app, i))
  const credentials = await findCredentials(db, app.id)
  if (!credentials.some(({ platform }) => channelOfPlatform(platform) === channel))
    found.push(place(pointer, 'no_credential', `${app.name} has no credential for ${channel}.`))
  return found
}

export function unpublished(app: Pick<AppRow, 'name'>, i: number): ProblemPlace {
  return place(
    `/messages/${i}/app_id`,
    'unpublished',
    `${app.name} is not published; only published apps send.`,
  )
}

async function findContentObstacles(
  db: Db | Tx,
  workspaceId: string,
  { at, ...message }: Text,
): Promise<ProblemPlace[]> {
  const template = message.template_id
    ? await resolveTemplate(db, workspaceId, message.template_id)
    : undefined
  if (message.template_id && !template) return [unknownTemplate(at)]
  if (message.content && template)
    return [place(`${at}/template_id`, 'content_or_template', 'Give either content or template_id.')]
  if (!message.content && !template)
    return [place(`${at}/content`, 'missing', 'Write the content, or name a template.')]
  const content = template?.content ?? message.content ?? {}
  const overrides = { ...template?.overrides, ...message.overrides }
  const wrong = checkContent(content, overrides, message.variables ?? {})
  if (message.channel === 'pass') wrong.push(...(await checkPass(db, workspaceId, content, overrides)))
  return (wrong.length > 0 ? wrong : sizeProblems(content, overrides, message.channel)).map((each) =>
    within(at, each),
  )
}

function sizeProblems(content: Content, overrides: Overrides, channel: Channel): ProblemPlace[] {
  try {
    checkConstantSize(content, overrides, channelPlatforms[channel])
    return []
  } catch (error) {
    if (error instanceof Problem) return error.details.errors ?? []
    throw error
  }
}

/** The places of a problem with one message, as places in its campaign. */
export function placesOf({ message, details }: Problem, i: number): ProblemPlace[] {
  const errors = details.errors ?? [place('', 'refused', message)]
  return errors.map((each) => within(`/messages/${i}`, each))
}

function within(at: string, { pointer, ...rest }: ProblemPlace): ProblemPlace {
  return { ...rest, pointer: pointer.startsWith('/to/') ? pointer.slice('/to'.length) : at + pointer }
}

function unknownTemplate(at: string): ProblemPlace {
  return place(`${at}/template_id`, 'unknown_template', 'There is no template with this id.')
}

function place(pointer: string, code: string, detail: string): ProblemPlace {
  return { pointer, code, detail }
}
