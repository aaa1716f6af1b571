import type { BodyInputOf, Campaign, CampaignMessage, createCampaign, RepeatUnit } from '@carillon/contract'
import { wallTime, zonedInstant } from '@carillon/contract'
import { type ContentDraft, emptyDraft } from '../../shared/content/content-editing.ts'
import { isObject, parseJson } from '../../shared/json-text.ts'

/** One message while it is written. */
export interface MessageDraft extends ContentDraft {
  /** Names the draft on this page; `id` is what the server calls it, once it has. */
  key: string
  id?: string
  name: string
  appId: string | undefined
  /** Sends the template as it is saved instead of the content written here. */
  templateId: string | undefined
  /** JSON text. */
  variables: string
  repeat: RepeatUnit | 'none'
  repeatEvery: number
}

export interface CampaignDraft {
  name: string
  type: string
  segmentIds: string[]
  excludedSegmentIds: string[]
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
    appId: undefined,
    templateId: undefined,
    variables: '',
    repeat: 'none',
    repeatEvery: 1,
  }
}

export function draftOf(campaign: Campaign): CampaignDraft {
  return {
    name: campaign.name,
    type: campaign.type ?? '',
    segmentIds: campaign.segment_ids,
    excludedSegmentIds: campaign.exclude_segment_ids,
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
    appId: message.app_id,
    templateId: message.template_id ?? undefined,
    content: message.content ?? emptyDraft.content,
    overrides: message.overrides,
    variables: Object.keys(message.variables).length > 0 ? JSON.stringify(message.variables, null, 2) : '',
    repeat: message.repeat?.unit ?? 'none',
    repeatEvery: message.repeat?.every ?? 1,
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
    app_id: message.appId,
    ...(message.templateId
      ? { template_id: message.templateId }
      : isWritten(message)
        ? { content: message.content }
        : {}),
    ...(isObject(value) ? { variables: value as Record<string, never> } : {}),
    ...(Object.keys(message.overrides).length > 0 ? { overrides: message.overrides } : {}),
    ...(message.repeat === 'none' ? {} : { repeat: { every: message.repeatEvery, unit: message.repeat } }),
  }
}

/** A language alone is no content yet. */
function isWritten({ content }: MessageDraft): boolean {
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
    ...(parseJson(variables).fault ? [`${name}: the variables are not valid JSON.`] : []),
  ]
}
