import type { Content, Json, Overrides, ProblemPlace } from '@carillon/contract'
import { type Db, Problem, type Tx } from '../../00-kernel/index.ts'
import { type AppRow, findApp, findCredentials } from '../../12-apps/index.ts'
import { unknownSegments } from '../../30-audience/index.ts'
import { checkConstantSize, checkContent, resolveTemplate } from '../../40-content/index.ts'

/** What decides whether a campaign can run, as it is stored or as it is about to be. */
export interface CampaignPlan {
  segment_ids: readonly string[]
  exclude_segment_ids: readonly string[]
  start_at: Date
  end_at: Date
  messages: readonly MessagePlan[]
}

interface MessagePlan {
  app_id: string
  content?: Content | null
  template_id?: string | null
  variables?: Record<string, Json>
  overrides?: Overrides
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
    if (message.template_id && !(await resolveTemplate(db, workspaceId, message.template_id)))
      messages.push(unknownTemplate(i))
  }
  return [...order, ...segments, ...messages]
}

/** Everything that keeps a campaign from running, contradictions included, in the order of its fields. */
export async function findObstacles(
  db: Db | Tx,
  workspaceId: string,
  plan: CampaignPlan,
  now: Date,
): Promise<ProblemPlace[]> {
  const found: ProblemPlace[] = [...(await findUnknownSegments(db, workspaceId, plan))]
  if (plan.segment_ids.length === 0)
    found.push(place('/segment_ids', 'missing', 'Name the segments whose people it is for.'))
  if (plan.end_at <= plan.start_at) found.push(place('/end_local', 'too_early', 'must be after the start'))
  else if (plan.end_at <= now) found.push(place('/end_local', 'past', 'has passed already'))
  if (plan.messages.length === 0) found.push(place('/messages', 'missing', 'There is no message to send.'))
  for (const [i, message] of plan.messages.entries()) {
    const app = await findApp(db, workspaceId, message.app_id)
    found.push(...(await findAppObstacles(db, app, i)))
    found.push(...(await findContentObstacles(db, workspaceId, message, i)))
  }
  return found
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

async function findAppObstacles(db: Db | Tx, app: AppRow | undefined, i: number): Promise<ProblemPlace[]> {
  const pointer = `/messages/${i}/app_id`
  if (!app) return [place(pointer, 'unknown_app', 'There is no app with this id.')]
  const found: ProblemPlace[] = []
  if (app.status !== 'published') found.push(unpublished(app, i))
  if ((await findCredentials(db, app.id)).length === 0)
    found.push(place(pointer, 'no_credential', `${app.name} has no credential for any platform.`))
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
  message: MessagePlan,
  i: number,
): Promise<ProblemPlace[]> {
  const at = `/messages/${i}`
  const template = message.template_id
    ? await resolveTemplate(db, workspaceId, message.template_id)
    : undefined
  if (message.template_id && !template) return [unknownTemplate(i)]
  if (message.content && template)
    return [place(`${at}/template_id`, 'content_or_template', 'Give either content or template_id.')]
  if (!message.content && !template)
    return [place(`${at}/content`, 'missing', 'Write the content, or name a template.')]
  const content = template?.content ?? message.content ?? {}
  const overrides = { ...template?.overrides, ...message.overrides }
  const wrong = checkContent(content, overrides, message.variables ?? {})
  return (wrong.length > 0 ? wrong : sizeProblems(content, overrides)).map((each) => within(at, each))
}

function sizeProblems(content: Content, overrides: Overrides): ProblemPlace[] {
  try {
    checkConstantSize(content, overrides)
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

function unknownTemplate(i: number): ProblemPlace {
  return place(`/messages/${i}/template_id`, 'unknown_template', 'There is no template with this id.')
}

function place(pointer: string, code: string, detail: string): ProblemPlace {
  return { pointer, code, detail }
}
