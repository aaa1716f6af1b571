import type { CapScope, CapWindow, Channel, ConsentModel } from '@carillon/contract'
import type { Jsonb } from './tables.ts'

/** The tables of the rules that protect people. */
export interface RuleTables {
  topics: {
    workspace_id: string
    name: string
    title: string
    description: string | null
    purpose: string
    model: ConsentModel
    channels: Channel[] | null
    created_at: Date
    updated_at: Date
  }
  caps: {
    id: string
    workspace_id: string
    name: string
    most: number
    span: Jsonb<CapWindow>
    scope: Jsonb<CapScope>
    counts_transactional: boolean
    binds_transactional: boolean
    displaces: boolean
    created_at: Date
    updated_at: Date
  }
  cap_uses: {
    user_id: string
    workspace_id: string
    uses: string
    version: number
    kept_until: Date
  }
}
