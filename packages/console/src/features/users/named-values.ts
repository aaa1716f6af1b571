/** Texts by name: identifiers by system. */
export type NamedValues = Readonly<Record<string, string>>

/** What a patch has to say: what was added or changed. Identifiers merge, so nothing can be taken away. */
export function changedValues<Value extends string>(
  stored: NamedValues,
  edited: Readonly<Record<string, Value>>,
): Record<string, Value> {
  return Object.fromEntries(
    Object.entries(edited).filter(
      ([name, value]) => value !== (Object.hasOwn(stored, name) ? stored[name] : ''),
    ),
  )
}
