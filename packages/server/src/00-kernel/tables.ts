import type {
  AttributeType,
  AttributeValue,
  AuditActor,
  CampaignTiming,
  Channel,
  Content,
  Environment,
  EventDefinitionStatus,
  Experiment,
  ExperimentPlan,
  Json,
  MessageTiming,
  Overrides,
  Permission,
  Platform,
  ProblemPlace,
  ReachRule,
  Repeat,
  SubscriptionStatus,
} from '@carillon/contract'
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { EventTables } from './event-tables.ts'
import type { ExperimentTables } from './experiment-tables.ts'
import type { PassTables } from './pass-tables.ts'
import type { RuleTables } from './rule-tables.ts'
import type { SmsTables } from './sms-tables.ts'
import type { TimingTables } from './timing-tables.ts'

/** The tables as Kysely sees them; `migrations/` is their source. Only a room's `store.ts` writes its own. */
export interface Tables
  extends EventTables,
    ExperimentTables,
    RuleTables,
    TimingTables,
    PassTables,
    SmsTables {
  workspaces: {
    id: string
    name: string
    settings: Jsonb<Record<string, unknown>>
    rules_revision: Generated<number>
    created_at: Generated<Date>
  }
  api_keys: {
    id: string
    workspace_id: string
    name: string
    prefix: string
    hash: Buffer
    scopes: string[]
    created_at: Generated<Date>
    last_used_at: Date | null
    expires_at: Date | null
  }
  console_sessions: { hash: Buffer; workspace_id: string; created_at: Generated<Date>; expires_at: Date }
  sign_in_tokens: { hash: Buffer; workspace_id: string; expires_at: Date }
  idempotency_keys: {
    workspace_id: string
    credential: string
    route: string
    key: string
    fingerprint: Buffer
    status: number
    body: string
    request_id: string
    created_at: Generated<Date>
  }
  audit: {
    workspace_id: string
    id: string
    at: Date
    actor_kind: AuditActor
    actor_id: string
    actor_name: string
    action: string
    method: string
    path: string
    resource_kind: string
    resource_id: string | null
    message_id: string | null
    fields: string[]
    status: number
    request_id: string
    address: string
  }
  apps: {
    id: string
    workspace_id: string
    name: string
    category: string | null
    icon: string | null
    status: Generated<'published' | 'unpublished'>
    publishable_key: string
    identity_required: Generated<boolean>
    identity_key: Buffer | null
    created_at: Generated<Date>
  }
  credentials: {
    app_id: string
    platform: Platform
    sealed: Buffer
    sealed_with: string
    masked: Jsonb<Record<string, string | number | boolean | null>>
    revision: string
    expires_at: Date | null
    updated_at: Generated<Date>
  }
  attributes: {
    workspace_id: string
    name: string
    type: AttributeType
    required: Generated<boolean>
    choices: string[] | null
    created_at: Generated<Date>
  }
  users: {
    id: string
    workspace_id: string
    attributes: Jsonb<Record<string, AttributeValue>>
    identifiers: Jsonb<Record<string, string>>
    timezone: string | null
    locale: string | null
    consents: Jsonb<Record<string, 'granted' | 'denied'>>
    reconciliation_value: string | null
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  user_identifiers: { workspace_id: string; name: string; value: string; user_id: string }
  subscriptions: {
    id: string
    workspace_id: string
    app_id: string
    platform: Platform
    environment: Generated<Environment>
    token: string
    token_hash: Buffer
    target: 'token' | 'fid' | null
    keys: Jsonb<{ p256dh: string; auth: string }> | null
    device_id: string | null
    device_name: string | null
    user_id: string | null
    reconciliation_value: string | null
    status: Generated<SubscriptionStatus>
    status_reason: string | null
    status_at: Date | null
    permission: Generated<Permission>
    locale: string | null
    timezone: string | null
    app_version: string | null
    registered_at: Generated<Date>
    created_at: Generated<Date>
  }
  segments: {
    id: string
    workspace_id: string
    name: string
    conditions: Jsonb<unknown[]>
    definition: string
    evaluation: string
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  address_books: { app_id: string; platform: Platform; job_id: string }
  jobs: {
    id: string
    workspace_id: string
    kind: string
    status: Generated<'running' | 'finished' | 'failed'>
    input: Jsonb<Record<string, unknown>>
    position: Jsonb<Record<string, unknown>>
    done: Generated<number>
    total: Generated<number>
    errors: Generated<number>
    result: Jsonb<Record<string, unknown>> | null
    lease_until: Date | null
    created_at: Generated<Date>
    finished_at: Date | null
  }
  templates: {
    id: string
    workspace_id: string
    name: string
    version: number
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  template_versions: {
    template_id: string
    version: number
    content: Jsonb<unknown>
    overrides: Jsonb<unknown>
    created_at: Generated<Date>
  }
  messages: {
    id: string
    seq: GeneratedAlways<number>
    workspace_id: string
    app_id: string
    channel: Channel
    audience: Jsonb<unknown>
    content: Jsonb<unknown>
    overrides: Jsonb<unknown>
    variables: Jsonb<Record<string, unknown>>
    template_id: string | null
    template_version: number | null
    category: string
    topic: Generated<string | null>
    tags: Generated<string[]>
    priority: string
    collapse_id: string | null
    metadata: Jsonb<Record<string, string>>
    dry_run: Generated<boolean>
    start_at: Date
    expires_at: Date
    ttl_seconds: number | null
    max_attempts: number
    created_at: Generated<Date>
    started_at: Date | null
    paused_at: Date | null
    cancelled_at: Date | null
    freeze_position: Jsonb<Record<string, unknown>>
    frozen_at: Date | null
    targeted: Generated<number>
    estimated: Generated<number>
    campaign_id: Generated<string | null>
    campaign_message_id: Generated<string | null>
    campaign_round_at: Generated<Date | null>
    delivery: Jsonb<MessageTiming> | null
    is_reply: Generated<boolean>
    pace_per_minute: number | null
    experiment_id: Generated<string | null>
    experiment: Jsonb<ExperimentPlan> | null
  }
  campaigns: {
    id: string
    workspace_id: string
    name: string
    type: string | null
    segment_ids: string[]
    exclude_segment_ids: string[]
    zone: string
    start_local: string
    end_local: string
    start_at: Date
    end_at: Date
    reach: Generated<ReachRule>
    evaluate_every_seconds: number
    launched_at: Date | null
    paused_at: Date | null
    terminated_at: Date | null
    renewed_at: Date
    next_evaluation_at: Date | null
    evaluated_at: Date | null
    problems: Jsonb<ProblemPlace[]>
    created_at: Date
    updated_at: Date
  }
  campaign_messages: {
    id: string
    campaign_id: string
    place: number
    app_id: string
    channel: Channel
    name: string
    content: Jsonb<Content> | null
    template_id: string | null
    variables: Jsonb<Record<string, Json>>
    overrides: Jsonb<Overrides>
    repeat: Jsonb<Repeat> | null
    delivery: Jsonb<CampaignTiming> | null
    pace_per_minute: number | null
    topic: Generated<string | null>
    tags: Generated<string[]>
    experiment_id: Generated<string | null>
    experiment: Jsonb<Experiment> | null
  }
  campaign_members: { campaign_message_id: string; user_id: string; round_at: Date }
  changed_users: { id: GeneratedAlways<number>; workspace_id: string; user_id: string }
  batches: {
    id: GeneratedAlways<number>
    message_seq: number
    app_id: string
    platform: Platform
    environment: Environment
    priority: number
    ordinals: number[]
    subscription_ids: string[]
    user_ids: (string | null)[]
    size: number
    done: Generated<number>
    in_flight: Generated<number>
    attempt: Generated<number>
    due_at: Date
    last_failure: string | null
    last_code: string | null
    lease_until: Date | null
    owner: string | null
    fence: Generated<number>
    closed_at: Date | null
    variant: Generated<number | null>
  }
  deliveries: {
    message_seq: number
    ordinal: number
    subscription_id: string | null
    user_id: string | null
    platform: Platform | null
    outcome: string
    reason: string
    provider_status: number | null
    provider_code: string | null
    provider_id: string | null
    detail: string | null
    attempts: number
    at: Date
    variant: Generated<number | null>
  }
  delivery_counts: {
    message_seq: number
    platform: string
    outcome: string
    reason: string
    shard: number
    n: number
  }
  lanes: {
    app_id: string
    platform: Platform
    environment: Environment
    blocked_until: Date | null
    /** Of the credential that was sent with when the block began; another one lifts it. */
    blocked_revision: string | null
    block_reason: string | null
    block_detail: string | null
    blocks: Generated<number>
    round_started_at: Generated<Date>
    round_answers: Generated<number>
    round_accepted: Generated<number>
    round_dead: Generated<number>
  }
  provider_tokens: { name: string; sealed: Buffer; issued_at: Date }
  interactions: {
    message_seq: number
    ordinal: number
    type: string
    action_id: Generated<string>
    url: string | null
    detail: Generated<string | null>
    at: Date
  }
  interaction_counts: { message_seq: number; type: string; n: number }
  event_definitions: {
    id: string
    workspace_id: string
    app_id: string
    name: string
    description: string | null
    type: string | null
    status: Generated<EventDefinitionStatus>
    content: ColumnType<unknown, string | null, string | null>
    template_id: string | null
    overrides: Jsonb<unknown>
    channels: Generated<Channel[]>
    reach: Generated<ReachRule>
    variables: Jsonb<unknown[]>
    ttl_seconds: number | null
    version: Generated<number>
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  event_invocations: { message_id: string; event_definition_id: string; version: number }
}

/** Read as the value; written as JSON text, because drivers would turn a JavaScript array into a SQL array. */
export type Jsonb<T> = ColumnType<T, string | undefined, string>
