import type {
  BodyInputOf,
  Campaign,
  CampaignMessage,
  CampaignTiming,
  Channel,
  createCampaign,
  MessageTiming,
  ReachRule,
} from '@carillon/contract'
import { wallTime, zonedInstant } from '@carillon/contract'
import { type ContentDraft, emptyDraft } from '../../shared/content/content-editing.ts'
import {
  besideVariants,
  type ExperimentDraft,
  experimentDraftOf,
  missingInExperiment,
  toExperiment,
} from '../../shared/experiment/experiment-draft.ts'
import { isObject, parseJson } from '../../shared/json-text.ts'
import { type RulesDraft, rulesDraftOf, toRules } from '../../shared/rules/rules-draft.ts'
import { emptyTiming, type TimingDraft, timingDraftOf, toTiming } from '../../shared/timing/timing-draft.ts'
import { emptyRhythm, missingInRhythm, type RhythmDraft, rhythmDraftOf, toRepeat } from './rhythm-draft.ts'

/** One message while it is written. */
export interface MessageDraft extends ContentDraft, RhythmDraft {
  /** Names the draft on this page; `id` is what the server calls it, once it has. */
  key: string
  id?: string
  name: string
  channel: Channel
  appId: string | undefined
  /** Sends the template as it is saved instead of the content written here. */
  templateId: string | undefined
  /** Variants of the texts, of which the one above is open. */
  experiment?: ExperimentDraft
  /** JSON text. */
  variables: string
  timing: TimingDraft
  rules?: RulesDraft
}

export interface CampaignDraft {
  name: string
  type: string
  segmentIds: string[]
  excludedSegmentIds: string[]
  reach: ReachRule
  zone: string
  /** Wall-clock times in `zone`, as a datetime-local input writes them. */
  startLocal: string
  endLocal: string
  /** Null takes the setting. */
  everyMinutes: number | null
  messages: MessageDraft[]
}

const dayMs = 86_400_000

/** From the next full hour on, for a week. */
export function emptyCampaign(zone: string, now: Date): CampaignDraft {
  const start = new Date(Math.ceil(now.getTime() / 3_600_000) * 3_600_000)
  return {
    name: '',
    type: '',
    segmentIds: [],
    excludedSegmentIds: [],
    reach: 'all',
    zone,
    startLocal: wallTime(start, zone),
    endLocal: wallTime(new Date(start.getTime() + 7 * dayMs), zone),
    everyMinutes: null,
    messages: [newMessage([])],
  }
}

export function newMessage(others: readonly MessageDraft[]): MessageDraft {
  const highest = Math.max(0, ...others.map(({ key }) => Number(key) || 0))
  return {
    ...emptyDraft,
    key: String(highest + 1),
    name: `Message ${others.length + 1}`,
    channel: 'push',
    appId: undefined,
    templateId: undefined,
    variables: '',
    ...emptyRhythm,
    timing: emptyTiming,
  }
}

export function draftOf(campaign: Campaign): CampaignDraft {
  return {
    name: campaign.name,
    type: campaign.type ?? '',
    segmentIds: campaign.segment_ids,
    excludedSegmentIds: campaign.exclude_segment_ids,
    reach: campaign.reach,
    zone: campaign.zone,
    startLocal: campaign.start_local,
    endLocal: campaign.end_local,
    everyMinutes: campaign.evaluate_every_seconds / 60,
    messages: campaign.messages.map(messageDraftOf),
  }
}

function messageDraftOf(message: CampaignMessage, place: number): MessageDraft {
  return {
    key: String(place + 1),
    id: message.id,
    name: message.name,
    channel: message.channel,
    appId: message.app_id,
    templateId: message.template_id ?? undefined,
    content: message.content ?? emptyDraft.content,
    overrides: message.overrides,
    ...experimentDraftOf(message.experiment, message.overrides),
    variables: Object.keys(message.variables).length > 0 ? JSON.stringify(message.variables, null, 2) : '',
    ...rhythmDraftOf(message.repeat),
    timing: timingDraftOf(message.delivery ?? null, message.pace_per_minute ?? null),
    rules: rulesDraftOf(message),
  }
}

export type CampaignBody = BodyInputOf<typeof createCampaign>

/** The request that saves a draft; null while a message has no app or a time is missing. */
export function toCampaign(draft: CampaignDraft): CampaignBody | null {
  const messages = draft.messages.map(toMessage)
  if (messages.some((message) => message === null)) return null
  if (!draft.name.trim() || !draft.startLocal || !draft.endLocal || !draft.zone) return null
  return {
    name: draft.name,
    ...(draft.type.trim() ? { type: draft.type } : {}),
    segment_ids: draft.segmentIds,
    exclude_segment_ids: draft.excludedSegmentIds,
    reach: draft.reach,
    zone: draft.zone,
    start_local: draft.startLocal,
    end_local: draft.endLocal,
    ...(draft.everyMinutes === null ? {} : { evaluate_every_seconds: Math.round(draft.everyMinutes * 60) }),
    messages: messages.filter((message) => message !== null),
  }
}

function toMessage(message: MessageDraft) {
  const { value } = parseJson(message.variables)
  if (!message.appId) return null
  return {
    ...(message.id ? { id: message.id } : {}),
    name: message.name.trim() || 'Message',
    channel: message.channel,
    app_id: message.appId,
    ...(message.experiment
      ? { experiment: toExperiment(message), ...besideVariants(message.experiment) }
      : textsOf(message)),
    ...(isObject(value) ? { variables: value as Record<string, never> } : {}),
    ...toRules(message.rules),
    ...rhythmOf(message),
  }
}

/** A round by each person's own clock is each person's turn already. */
function rhythmOf(message: MessageDraft) {
  const repeat = toRepeat(message)
  const { delivery, ...pace } = toTiming(message.timing)
  const isOwnClock = repeat !== null && 'at' in repeat && repeat.local
  return {
    ...(repeat && { repeat }),
    ...(delivery && !isOwnClock && { delivery: campaignTimingOf(delivery) }),
    ...pace,
  }
}

/** The next time of day is never late. */
function campaignTimingOf(timing: MessageTiming): CampaignTiming {
  return timing.kind === 'local_time' ? { kind: 'local_time', at: timing.at } : timing
}

function textsOf(message: MessageDraft) {
  const { templateId, content, overrides } = message
  return {
    ...(templateId ? { template_id: templateId } : isWritten(message) ? { content } : {}),
    ...(Object.keys(overrides).length > 0 ? { overrides } : {}),
  }
}

/** A language alone is no content yet. */
function isWritten({ content }: ContentDraft): boolean {
  return Object.keys(content).some((field) => field !== 'default_locale')
}

/** What the page knows to be missing; the server checks everything when the campaign starts. */
export function missingIn(draft: CampaignDraft): string[] {
  const [start, end] = [draft.startLocal, draft.endLocal].map((local) => zonedInstant(local, draft.zone))
  return [
    ...(draft.name.trim() ? [] : ['Give it a name.']),
    ...(draft.segmentIds.length > 0 ? [] : ['Pick at least one segment.']),
    ...(draft.messages.length > 0 ? [] : ['Add a message.']),
    ...draft.messages.flatMap(missingInMessage),
    ...(start ? [] : ['Say when it starts.']),
    ...(end ? [] : ['Say when it ends.']),
    ...(start && end && end <= start ? ['It would end before it starts.'] : []),
  ]
}

function missingInMessage(message: MessageDraft): string[] {
  const { name, appId, templateId, variables } = message
  return [
    ...(appId ? [] : [`${name}: pick the app that sends.`]),
    ...(templateId || isWritten(message) ? [] : [`${name}: write it, or pick a template.`]),
    ...missingInRhythm(message).map((sentence) => `${name}: ${sentence}`),
    ...missingInExperiment(message, isWritten).map((sentence) => `${name}: ${sentence}`),
    ...(parseJson(variables).fault ? [`${name}: the variables are not valid JSON.`] : []),
  ]
}
