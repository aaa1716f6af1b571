import { Textarea, type TextareaProps } from '@mantine/core'

/** For JSON, keys and expressions: monospaced, not spell-checked, growing with what is in it. */
export function CodeTextarea(props: TextareaProps) {
  return (
    <Textarea
      autosize
      maxRows={16}
      spellCheck={false}
      autoComplete="off"
      styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)' } }}
      {...props}
    />
  )
}
