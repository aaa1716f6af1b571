import { isObject, parseJson } from '../../shared/json-text.ts'
import type { ComposeDraft } from './compose-draft.ts'

/** The number changes with the shape of a draft: an old one is dropped rather than misread. */
const key = 'carillon.compose.2'

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

/** Drafts stay in this browser. Storage may be full or forbidden; writing on matters more than keeping. */
export function keepDraft(store: Store, draft: ComposeDraft): void {
  try {
    store.setItem(key, JSON.stringify(draft))
  } catch {
    // QuotaExceededError or SecurityError: the draft lives as long as the page.
  }
}

export function keptDraft(store: Store): ComposeDraft | null {
  const { value } = parseJson(store.getItem(key) ?? '')
  const whole =
    isObject(value) && isObject(value.audience) && isObject(value.delivery) && isObject(value.content)
  return whole ? (value as unknown as ComposeDraft) : null
}

export function dropDraft(store: Store): void {
  store.removeItem(key)
}
