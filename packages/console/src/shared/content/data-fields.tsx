import { type Content, reservedDataKey } from '@carillon/contract'
import { ActionIcon, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'

type Data = NonNullable<Content['data']>

interface DataFieldsProps {
  data: Data | undefined
  onChange: (data: Data | undefined) => void
  error: string | undefined
}

/** Custom entries for the app. Text as it stands; what is JSON already (from the API) is kept as JSON. */
export function DataFields({ data, onChange, error }: DataFieldsProps) {
  // Two rows may carry the same name while one is being typed, which a record cannot hold.
  const [rows, setRows] = useState(() => Object.entries(data ?? {}).map(([name, value]) => ({ name, value })))
  const change = (next: typeof rows) => {
    setRows(next)
    const named = next.filter(({ name }) => name !== '')
    onChange(named.length > 0 ? Object.fromEntries(named.map(({ name, value }) => [name, value])) : undefined)
  }
  const set = (place: number, part: Partial<(typeof rows)[number]>) =>
    change(rows.map((row, at) => (at === place ? { ...row, ...part } : row)))
  return (
    <Stack gap={6}>
      <Text fw={500}>Data for the app</Text>
      {rows.map((row, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; its name is being typed
        <Group key={place} gap={6} wrap="nowrap" align="flex-start">
          <TextInput
            aria-label={`Entry ${place + 1}: name`}
            placeholder="Name"
            w={160}
            value={row.name}
            error={reservedDataKey.test(row.name) ? 'Reserved by a provider or by us' : undefined}
            onChange={(event) => set(place, { name: event.currentTarget.value })}
          />
          <TextInput
            aria-label={`Entry ${place + 1}: value`}
            placeholder="Value"
            flex={1}
            value={typeof row.value === 'string' ? row.value : JSON.stringify(row.value)}
            onChange={(event) => set(place, { value: event.currentTarget.value })}
          />
          <ActionIcon
            mt={1}
            aria-label={`Remove entry ${place + 1}`}
            onClick={() => change(rows.filter((_, at) => at !== place))}
          >
            <IconX size={14} />
          </ActionIcon>
        </Group>
      ))}
      {error && (
        <Text c="red" size="xs" role="alert">
          {error}
        </Text>
      )}
      <Group>
        <Button
          variant="default"
          size="compact-xs"
          leftSection={<IconPlus size={13} />}
          onClick={() => setRows([...rows, { name: '', value: '' }])}
        >
          Add entry
        </Button>
      </Group>
    </Stack>
  )
}
