/** What a message is about, as far as the rules that protect people ask. */
export interface RulesDraft {
  /** Empty: that of its category. */
  topic: string
  tags: string[]
}

export const emptyRules: RulesDraft = { topic: '', tags: [] }

export function rulesDraftOf({ topic, tags }: { topic: string | null; tags: string[] }): RulesDraft {
  return { topic: topic ?? '', tags }
}

/** As the API takes it. Drafts that were kept before there were topics have none. */
export function toRules(rules: RulesDraft = emptyRules): { topic?: string; tags?: string[] } {
  const { topic, tags } = rules
  return { ...(topic ? { topic } : {}), ...(tags.length > 0 ? { tags } : {}) }
}
