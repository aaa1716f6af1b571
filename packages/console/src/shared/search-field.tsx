import { Kbd, TextInput } from '@mantine/core'
import { useDebouncedCallback, useHotkeys } from '@mantine/hooks'
import { IconSearch } from '@tabler/icons-react'
import { useRef, useState } from 'react'

interface SearchFieldProps {
  label: string
  value: string | undefined
  /** Called a moment after the last key, so that a filter in the address changes once. */
  onChange: (value: string | undefined) => void
}

/** The search of a list; `/` goes to it from anywhere on the page. */
export function SearchField({ label, value, onChange }: SearchFieldProps) {
  const input = useRef<HTMLInputElement>(null)
  const [typed, setTyped] = useState(value ?? '')
  const settle = useDebouncedCallback((text: string) => onChange(text.trim() || undefined), 250)
  useHotkeys([['/', () => input.current?.focus()]])
  return (
    <TextInput
      ref={input}
      type="search"
      aria-label={label}
      placeholder={label}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        settle(event.currentTarget.value)
      }}
      leftSection={<IconSearch size={14} aria-hidden />}
      rightSection={<Kbd>/</Kbd>}
      miw={220}
    />
  )
}
