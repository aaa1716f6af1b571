import type { EventType, WebhookDisabledReason } from '@carillon/contract'
import type { Generated, GeneratedAlways } from 'kysely'
import type { Jsonb } from './tables.ts'

/** The tables of the event log and of webhooks. */
export interface EventTables {
  event_intake: {
    id: GeneratedAlways<number>
    workspace_id: string | null
    type: string
    message_seq: number | null
    ordinals: number[] | null
    data: Jsonb<Record<string, unknown>> | null
    at: Generated<Date>
  }
  events: {
    position: GeneratedAlways<number>
    workspace_id: string
    type: EventType
    message_seq: number | null
    ordinals: number[] | null
    data: Jsonb<Record<string, unknown>> | null
    at: Date
  }
  event_sequencer: { is_asleep: boolean; last_position: number }
  event_purges: { workspace_id: string; position: number }
  event_open_messages: { message_seq: number }
  webhooks: {
    id: string
    workspace_id: string
    url: string
    description: string | null
    types: EventType[] | null
    secret: Buffer
    old_secret: Buffer | null
    old_secret_until: Date | null
    enabled: boolean
    disabled_reason: WebhookDisabledReason | null
    disabled_detail: string | null
    disabled_at: Date | null
    position: number
    failing_since: Date | null
    failures: Generated<number>
    held_until: Date | null
    last_success_at: Date | null
    lease_until: Date | null
    fence: Generated<number>
    created_at: Generated<Date>
    updated_at: Generated<Date>
  }
  webhook_retries: {
    webhook_id: string
    position: number
    attempts: number
    first_at: Date
    due_at: Date
  }
  webhook_attempts: {
    id: string
    webhook_id: string
    event_id: string
    type: string
    attempt: number
    at: Date
    succeeded: boolean
    status: number | null
    failure: string | null
    duration_ms: number
    answer: string
    next_at: Date | null
  }
}
