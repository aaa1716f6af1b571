import type { InboundKind, Platform } from '@carillon/contract'
import type { GeneratedAlways } from 'kysely'
import type { Jsonb } from './tables.ts'

/** What providers report on open connections, and what people write. */
export interface SmsTables {
  provider_reports: {
    id: GeneratedAlways<number>
    app_id: string
    platform: Platform
    kind: 'receipt' | 'inbound'
    data: Jsonb<Record<string, unknown>>
    at: Date
    due_at: Date
  }
  inbound_messages: {
    id: string
    workspace_id: string
    app_id: string
    provider_id: string | null
    sender: string
    recipient: string
    text: string
    kind: InboundKind
    subscription_id: string | null
    user_id: string | null
    at: Date
  }
}
