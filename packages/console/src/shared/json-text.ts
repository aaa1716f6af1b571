interface ParsedJson {
  value?: unknown
  /** A sentence for beside the field. */
  fault?: string
}

/** What a person typed as JSON; an empty text is no value and no fault. */
export function parseJson(text: string): ParsedJson {
  if (!text.trim()) return {}
  try {
    return { value: JSON.parse(text) }
  } catch {
    return { fault: 'is not valid JSON' }
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
