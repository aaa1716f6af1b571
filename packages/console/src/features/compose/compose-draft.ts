import type {
  Audience,
  BodyInputOf,
  Channel,
  createMessage,
  Message,
  MessageTiming,
} from '@carillon/contract'
import { type ContentDraft, emptyDraft as emptyContent } from '../../shared/content/content-editing.ts'
import {
  type ExperimentDraft,
  experimentDraftOf,
  toExperiment,
} from '../../shared/experiment/experiment-draft.ts'
import { isObject, parseJson } from '../../shared/json-text.ts'
import { type RulesDraft, rulesDraftOf, toRules } from '../../shared/rules/rules-draft.ts'
import { emptyTiming, type TimingDraft, timingDraftOf, toTiming } from '../../shared/timing/timing-draft.ts'
import { zonedInstant } from './zoned-time.ts'

export type Family = 'all' | 'segments' | 'users_by' | 'users' | 'subscriptions' | 'addresses'

/** Every family keeps what was entered, so that looking at another one loses nothing. */
export interface AudienceDraft {
  family: Family
  segmentIds: string[]
  excludedSegmentIds: string[]
  attribute: string
  values: string[]
  userIds: string[]
  subscriptionIds: string[]
  addresses: string[]
}

export interface DeliveryDraft {
  when: 'now' | 'later'
  /** Wall-clock time in `zone`, as a datetime-local input writes it. */
  at: string
  zone: string
  timing: TimingDraft
  expiry: 'default' | 'after' | 'at'
  ttlHours: number
  expiresAt: string
  priority: 'high' | 'normal'
  category: 'transactional' | 'marketing'
  collapseId: string
  /** Drafts that were kept before there were topics have none. */
  rules?: RulesDraft
  dryRun: boolean
}

export interface ComposeDraft extends ContentDraft {
  channel: Channel
  appId: string | undefined
  audience: AudienceDraft
  /** Sends the template as it is saved instead of the content written here. */
  templateId: string | undefined
  /** Variants of the texts, of which the one above is open. */
  experiment?: ExperimentDraft
  /** JSON text. */
  variables: string
  delivery: DeliveryDraft
}

export function emptyComposeDraft(zone: string): ComposeDraft {
  return {
    ...emptyContent,
    channel: 'push',
    appId: undefined,
    audience: {
      family: 'all',
      segmentIds: [],
      excludedSegmentIds: [],
      attribute: 'email',
      values: [],
      userIds: [],
      subscriptionIds: [],
      addresses: [],
    },
    templateId: undefined,
    variables: '',
    delivery: {
      when: 'now',
      at: '',
      zone,
      timing: emptyTiming,
      expiry: 'default',
      ttlHours: 24,
      expiresAt: '',
      priority: 'high',
      category: 'marketing',
      collapseId: '',
      dryRun: false,
    },
  }
}

export type MessageBody = BodyInputOf<typeof createMessage>

/** The audience as the API takes it; null while nobody is named. */
export function toAudience(audience: AudienceDraft): Audience | null {
  const family = familyOf(audience)
  const { excludedSegmentIds } = audience
  if (!family || excludedSegmentIds.length === 0) return family
  return { ...family, exclude_segment_ids: excludedSegmentIds }
}

function familyOf(audience: AudienceDraft): Audience | null {
  switch (audience.family) {
    case 'all':
      return { all: true }
    case 'segments':
      return audience.segmentIds.length > 0 ? { segment_ids: audience.segmentIds } : null
    case 'users_by':
      if (!audience.attribute || audience.values.length === 0) return null
      return { users_by: { attribute: audience.attribute, values: audience.values } }
    case 'users':
      return audience.userIds.length > 0 ? { user_ids: audience.userIds } : null
    case 'subscriptions':
      return audience.subscriptionIds.length > 0 ? { subscription_ids: audience.subscriptionIds } : null
    case 'addresses':
      return audience.addresses.length > 0 ? { addresses: audience.addresses } : null
  }
}

/** The request that launches a draft; null while it names nobody. */
export function toMessage(draft: ComposeDraft, atMost: number | null): MessageBody | null {
  const to = toAudience(draft.audience)
  if (!to) return null
  const { delivery } = draft
  return {
    app_id: draft.appId,
    channel: draft.channel,
    to,
    ...(draft.experiment ? { experiment: toExperiment(draft) } : textsOf(draft)),
    ...variablesOf(draft),
    ...timing(delivery),
    ...(delivery.collapseId ? { collapse_id: delivery.collapseId } : {}),
    priority: delivery.priority,
    category: delivery.category,
    ...toRules(delivery.rules),
    dry_run: delivery.dryRun,
    ...(atMost === null ? {} : { confirm_audience_at_most: atMost }),
  }
}

function textsOf({ content, overrides, templateId }: ComposeDraft) {
  return {
    ...(templateId ? { template_id: templateId } : { content }),
    ...(Object.keys(overrides).length > 0 ? { overrides } : {}),
  }
}

export function variablesOf({ variables }: Pick<ComposeDraft, 'variables'>): Pick<MessageBody, 'variables'> {
  const { value } = parseJson(variables)
  return isObject(value) ? { variables: value as MessageBody['variables'] } : {}
}

/** Room for people who come to match between the estimate and the launch; more than that is a mistake. */
export function guardFor(expected: number): number {
  return Math.max(expected + 100, Math.ceil(expected * 1.1))
}

function timing(
  delivery: DeliveryDraft,
): Pick<MessageBody, 'start_at' | 'expires_at' | 'ttl_seconds' | 'delivery' | 'pace_per_minute'> {
  // A local date and time says by itself when it starts.
  const hasStart = delivery.when === 'later' && delivery.timing.turn !== 'local_time'
  const start = hasStart ? zonedInstant(delivery.at, delivery.zone) : null
  const expires = delivery.expiry === 'at' ? zonedInstant(delivery.expiresAt, delivery.zone) : null
  return {
    ...toTiming(delivery.timing),
    ...(start ? { start_at: start.toISOString() } : {}),
    ...(expires ? { expires_at: expires.toISOString() } : {}),
    ...(delivery.expiry === 'after' ? { ttl_seconds: Math.round(delivery.ttlHours * 3_600) } : {}),
  }
}

interface Prefill {
  app_id?: string
  template_id?: string
  segment_id?: string
  user_id?: string
  subscription_id?: string
}

/** A link into the composer, such as "write to this segment", starts a draft of its own. */
export function prefilled(draft: ComposeDraft, prefill: Prefill): ComposeDraft {
  const { audience } = draft
  return {
    ...draft,
    appId: prefill.app_id ?? draft.appId,
    templateId: prefill.template_id ?? draft.templateId,
    audience: {
      ...audience,
      ...(prefill.segment_id ? { family: 'segments' as const, segmentIds: [prefill.segment_id] } : {}),
      ...(prefill.user_id ? { family: 'users' as const, userIds: [prefill.user_id] } : {}),
      ...(prefill.subscription_id
        ? { family: 'subscriptions' as const, subscriptionIds: [prefill.subscription_id] }
        : {}),
    },
  }
}

/** A draft like a message that was sent, to be sent once more or to others. */
export function draftLike(message: Message, zone: string): ComposeDraft {
  const empty = emptyComposeDraft(zone)
  const to = message.to as Audience
  const family: Family = to.segment_ids
    ? 'segments'
    : to.users_by
      ? 'users_by'
      : to.user_ids
        ? 'users'
        : to.addresses
          ? 'addresses'
          : to.subscription_ids
            ? 'subscriptions'
            : 'all'
  return {
    ...empty,
    channel: message.channel,
    appId: message.app_id,
    content: (message.content as ContentDraft['content'] | null) ?? empty.content,
    overrides: (message.overrides as ContentDraft['overrides'] | null) ?? {},
    templateId: message.template_id ?? undefined,
    ...experimentDraftOf(message.experiment),
    variables: isObject(message.variables) ? JSON.stringify(message.variables, null, 2) : '',
    audience: {
      ...empty.audience,
      family,
      segmentIds: to.segment_ids ?? [],
      excludedSegmentIds: to.exclude_segment_ids ?? [],
      attribute: to.users_by?.attribute ?? 'email',
      values: to.users_by?.values ?? [],
      userIds: to.user_ids ?? [],
      subscriptionIds: to.subscription_ids ?? [],
      addresses: to.addresses ?? [],
    },
    delivery: {
      ...empty.delivery,
      timing: timingDraftOf(message.delivery as MessageTiming | null, message.pace_per_minute),
      priority: message.priority === 'normal' ? 'normal' : 'high',
      category: message.category === 'transactional' ? 'transactional' : 'marketing',
      collapseId: message.collapse_id ?? '',
      rules: rulesDraftOf(message),
    },
  }
}
