import type { Json } from '@carillon/contract'
import type { Generated } from 'kysely'
import type { Jsonb } from './tables.ts'

/** The tables of Wallet passes. */
export interface PassTables {
  passes: {
    subscription_id: string
    serial: string
    /** With the three below that can be: null until a message has made the first version. */
    pass_type_id: string | null
    content: Jsonb<Record<string, Json>> | null
    delivery_ids: Generated<string[]>
    tag: number | null
    changed_at: Date | null
    created_at: Generated<Date>
  }
  pass_registrations: {
    device_id: string
    subscription_id: string
    pass_type_id: string
    push_token: string
    tag: number
    registered_at: Date
  }
  pass_images: {
    id: string
    workspace_id: string
    sha256: Buffer
    png: Buffer
    width: number
    height: number
    created_at: Generated<Date>
  }
}
