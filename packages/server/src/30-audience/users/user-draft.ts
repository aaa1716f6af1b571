import type { UserPatch } from '@carillon/contract'
import { newId } from '../../00-kernel/index.ts'
import { normaliseKey } from '../reconciliation-value.ts'
import { type Attributes, attributeOf } from './check-attributes.ts'
import type { UserRow } from './store.ts'

/** A person as they will be written. */
export interface UserDraft {
  id: string
  isNew: boolean
  attributes: Attributes
  identifiers: Record<string, string>
  /** Whether they are other than what is stored. */
  hasNewIdentifiers: boolean
  timezone: string | null
  locale: string | null
  consents: Record<string, 'granted' | 'denied'>
  reconciliationValue: string | null
}

export function newDraft(now: Date): UserDraft {
  return {
    id: newId(now.getTime()),
    isNew: true,
    attributes: {},
    identifiers: {},
    hasNewIdentifiers: false,
    timezone: null,
    locale: null,
    consents: {},
    reconciliationValue: null,
  }
}

export function draftOf(row: UserRow): UserDraft {
  const { id, attributes, identifiers, timezone, locale, consents } = row
  const reconciliationValue = row.reconciliation_value
  return {
    id,
    isNew: false,
    attributes,
    identifiers,
    hasNewIdentifiers: false,
    timezone,
    locale,
    consents,
    reconciliationValue,
  }
}

/** Attributes and consents merge and null removes one (RFC 7396); identifiers merge. */
export function mergeDraft(draft: UserDraft, input: UserPatch, reconciliationKey: string): UserDraft {
  const attributes = { ...draft.attributes, ...input.attributes }
  for (const [name, value] of Object.entries(attributes)) if (value === null) delete attributes[name]
  return {
    ...draft,
    attributes,
    identifiers: { ...draft.identifiers, ...input.identifiers },
    hasNewIdentifiers:
      draft.hasNewIdentifiers ||
      Object.entries(input.identifiers ?? {}).some(([name, value]) => draft.identifiers[name] !== value),
    timezone: input.timezone === undefined ? draft.timezone : input.timezone,
    locale: input.locale === undefined ? draft.locale : input.locale,
    consents: mergeConsents(draft.consents, input.consents),
    reconciliationValue: normaliseKey(attributeOf(attributes, reconciliationKey)),
  }
}

function mergeConsents(before: UserDraft['consents'], given: UserPatch['consents']): UserDraft['consents'] {
  const merged = { ...before, ...given }
  return Object.fromEntries(
    Object.entries(merged).filter((entry): entry is [string, 'granted' | 'denied'] => entry[1] !== null),
  )
}
