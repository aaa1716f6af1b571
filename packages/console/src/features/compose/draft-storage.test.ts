import { describe, expect, it } from 'vitest'
import { emptyComposeDraft } from './compose-draft.ts'
import { dropDraft, keepDraft, keptDraft } from './draft-storage.ts'

function memory() {
  const values = new Map<string, string>()
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    removeItem: (key: string) => void values.delete(key),
    values,
  }
}

describe('the draft kept in the browser', () => {
  it('comes back as it was, and is gone when dropped', () => {
    const store = memory()
    const draft = { ...emptyComposeDraft('UTC'), content: { title: 'Grüße 🔔' } }
    keepDraft(store, draft)
    expect(keptDraft(store)).toEqual(draft)
    dropDraft(store)
    expect(keptDraft(store)).toBeNull()
  })

  it('is dropped when it cannot be read', () => {
    const store = memory()
    keepDraft(store, emptyComposeDraft('UTC'))
    for (const key of store.values.keys()) store.values.set(key, '{"audience":')
    expect(keptDraft(store)).toBeNull()
    for (const key of store.values.keys()) store.values.set(key, '{"audience":{}}')
    expect(keptDraft(store)).toBeNull()
  })

  it('lets writing go on when the storage is full', () => {
    const full = {
      ...memory(),
      setItem: () => {
        throw new DOMException('full', 'QuotaExceededError')
      },
    }
    expect(() => keepDraft(full, emptyComposeDraft('UTC'))).not.toThrow()
  })
})
