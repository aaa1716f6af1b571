import { Group, Select, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useState } from 'react'
import { type AuditSearch, actionChoices } from './audit-words.ts'

interface AuditFiltersProps {
  search: AuditSearch
  onChange: (change: AuditSearch) => void
}

const actions = actionChoices()

export function AuditFilters({ search, onChange }: AuditFiltersProps) {
  return (
    <Group gap="xs" align="flex-end">
      <Typed
        label="Who"
        placeholder="A key's name or id"
        value={search.actor}
        maxLength={255}
        onChange={(actor) => onChange({ actor })}
      />
      <Select
        label="What"
        placeholder="Anything"
        clearable
        searchable
        w={210}
        data={actions}
        value={search.action ?? null}
        onChange={(action) => onChange({ action: action ?? undefined })}
      />
      <Typed
        label="To which"
        placeholder="An id, or a kind such as apps"
        value={search.resource}
        maxLength={64}
        onChange={(resource) => onChange({ resource })}
      />
      <Day label="From" value={search.from} onChange={(from) => onChange({ from })} />
      <Day label="Up to" value={search.to} onChange={(to) => onChange({ to })} />
    </Group>
  )
}

interface FieldProps {
  label: string
  value: string | undefined
  onChange: (value: string | undefined) => void
}

/** The address, and with it the list, follows a moment after the last key. */
function Typed({
  label,
  value,
  onChange,
  ...input
}: FieldProps & { placeholder: string; maxLength: number }) {
  const [typed, setTyped] = useState(value ?? '')
  const settle = useDebouncedCallback((text: string) => onChange(text.trim() || undefined), 250)
  const [settled, setSettled] = useState(value)
  // The filters were cleared, or the browser went back.
  if (settled !== value) {
    setSettled(value)
    if (value !== (typed.trim() || undefined)) setTyped(value ?? '')
  }
  return (
    <TextInput
      {...input}
      label={label}
      w={200}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        settle(event.currentTarget.value)
      }}
    />
  )
}

function Day({ label, value, onChange }: FieldProps) {
  return (
    <TextInput
      type="date"
      label={label}
      w={140}
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  )
}
