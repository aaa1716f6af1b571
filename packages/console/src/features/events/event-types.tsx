import { getSettings, listEventDefinitions } from '@carillon/contract'
import { Autocomplete, Select } from '@mantine/core'
import { useRead } from '../../shared/server.ts'

/** The types that the settings list; without any, those in use among the newest definitions. */
function useEventTypes(): string[] {
  const listed = useRead(getSettings, {}).data?.event_types ?? []
  const newest = useRead(listEventDefinitions, { query: { limit: 200 } }).data?.data ?? []
  if (listed.length > 0) return listed
  return [...new Set(newest.flatMap(({ type }) => type ?? []))].sort()
}

interface TypeFilterProps {
  value: string | undefined
  onChange: (type: string | undefined) => void
}

export function TypeFilter({ value, onChange }: TypeFilterProps) {
  const types = useEventTypes()
  if (types.length === 0 && !value) return null
  const known = value && !types.includes(value) ? [value, ...types] : types
  return (
    <Select
      aria-label="Type"
      placeholder="Any type"
      clearable
      searchable
      w={150}
      data={known}
      value={value ?? null}
      onChange={(type) => onChange(type ?? undefined)}
    />
  )
}

interface TypeFieldProps {
  value: string
  onChange: (type: string) => void
  error: string | undefined
}

export function TypeField({ value, onChange, error }: TypeFieldProps) {
  return (
    <Autocomplete
      label="Type"
      description="To sort events by"
      placeholder="orders"
      maxLength={50}
      data={useEventTypes()}
      value={value}
      error={error}
      onChange={onChange}
    />
  )
}
