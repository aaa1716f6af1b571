import { getUser, listApps, listSegments, listUsers, type User } from '@carillon/contract'
import { MultiSelect, Select, type SelectProps } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { read, useRead } from './server.ts'

/** All apps: a workspace has few. */
export function useApps() {
  return useRead(listApps, { query: { limit: 200 } })
}

interface AppSelectProps extends Omit<SelectProps, 'data' | 'onChange' | 'value'> {
  value: string | undefined
  onChange: (appId: string | undefined) => void
}

export function AppSelect({ value, onChange, ...select }: AppSelectProps) {
  const apps = useApps().data?.data ?? []
  return (
    <Select
      label="App"
      searchable
      {...select}
      data={apps.map(({ id, name }) => ({ value: id, label: name }))}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
    />
  )
}

interface SegmentsSelectProps {
  label: string
  value: string[]
  onChange: (segmentIds: string[]) => void
  error?: React.ReactNode
}

export function SegmentsSelect(props: SegmentsSelectProps) {
  const segments = useSegmentChoices()
  return (
    <MultiSelect
      {...props}
      data={segments}
      searchable
      clearable
      placeholder={props.value.length ? '' : 'Pick'}
    />
  )
}

export function useSegmentChoices() {
  const segments = useRead(listSegments, { query: { limit: 200 } }).data?.data ?? []
  return segments.map(({ id, name }) => ({ value: id, label: name }))
}

/** A person by the attribute that people know them by. */
export function userName({
  attributes,
  identifiers,
  id,
}: Pick<User, 'attributes' | 'identifiers' | 'id'>): string {
  const full = [attributes.first_name, attributes.last_name].filter(Boolean).join(' ')
  return String(
    full || attributes.name || attributes.email || Object.values(identifiers)[0] || `User ${id.slice(-8)}`,
  )
}

/** Adds what tells two people of one name apart. */
function userLabel(user: User): string {
  const name = userName(user)
  const { email } = user.attributes
  return email && email !== name ? `${name} (${email})` : name
}

interface UserSelectProps extends Omit<SelectProps, 'data' | 'onChange' | 'value'> {
  value: string | undefined
  onChange: (userId: string | undefined) => void
}

export function UserSelect({ value, onChange, ...select }: UserSelectProps) {
  const { choices, setTyped } = useUserChoices(value ? [value] : [])
  return (
    <Select
      clearable
      searchable
      nothingFoundMessage="Nobody found"
      {...select}
      data={choices}
      filter={({ options }) => options}
      value={value ?? null}
      onChange={(id) => onChange(id ?? undefined)}
      onSearchChange={setTyped}
    />
  )
}

export function UsersSelect({
  value,
  onChange,
  label,
  error,
}: {
  value: string[]
  onChange: (userIds: string[]) => void
  label: string
  error?: React.ReactNode
}) {
  const { choices, setTyped } = useUserChoices(value)
  return (
    <MultiSelect
      label={label}
      error={error}
      searchable
      data={choices}
      filter={({ options }) => options}
      value={value}
      onChange={onChange}
      onSearchChange={setTyped}
      nothingFoundMessage="Nobody found"
    />
  )
}

/** People whom the search finds, and those picked already. */
function useUserChoices(picked: string[]) {
  const [typed, setTyped] = useState('')
  const [search] = useDebouncedValue(typed, 200)
  const pickedUsers = useQueries({ queries: picked.map((id) => read(getUser, { params: { id } })) })
  const labels = pickedUsers.flatMap(({ data }) => (data ? [userLabel(data)] : []))
  // The input of a single select repeats the label of what is picked; that is not a search.
  const wanted = labels.includes(search) ? '' : search
  const found = useRead(listUsers, { query: { search: wanted || undefined, limit: 20 } }, { keepLast: true })
  const users = [...pickedUsers.flatMap(({ data }) => (data ? [data] : [])), ...(found.data?.data ?? [])]
  const byId = new Map(users.map((user) => [user.id, userLabel(user)]))
  return { choices: [...byId].map(([id, label]) => ({ value: id, label })), setTyped }
}
