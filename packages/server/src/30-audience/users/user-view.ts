import type { User } from '@carillon/contract'
import type { UserWithDevices } from './store.ts'

/** A user as callers see it. */
export function userView(row: UserWithDevices): User {
  return {
    id: row.id,
    attributes: row.attributes,
    identifiers: row.identifiers,
    timezone: row.timezone,
    locale: row.locale,
    consents: row.consents,
    subscriptions: row.subscriptions,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
