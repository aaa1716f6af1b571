import type { PassField } from '@carillon/contract'
import { ActionIcon, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { LiquidField } from './liquid-field.tsx'

interface PassFieldRowsProps {
  title: string
  hint: string
  fields: readonly PassField[]
  most: number
  /** A key that no field of the pass has yet. */
  freshKey: () => string
  onChange: (fields: PassField[]) => void
  error: (place: number, name: string) => string | undefined
}

/** The fields at one place of a pass. */
export function PassFieldRows({ title, hint, fields, most, freshKey, onChange, error }: PassFieldRowsProps) {
  const set = (place: number, part: Partial<PassField>) =>
    onChange(fields.map((field, at) => (at === place ? withPart(field, part) : field)))
  return (
    <Stack gap={6}>
      <Text fw={500}>
        {title}{' '}
        <Text component="span" c="dimmed">
          {hint}
        </Text>
      </Text>
      {fields.map((field, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row is its place; its key is being typed
        <Stack key={place} gap={6} role="group" aria-label={`${title} ${place + 1}`}>
          <Group gap={6} wrap="nowrap" align="flex-start">
            <TextInput
              label="Key"
              w={110}
              value={field.key}
              error={error(place, 'key')}
              onChange={(event) => set(place, { key: event.currentTarget.value })}
            />
            <TextInput
              label="Label"
              w={130}
              value={field.label ?? ''}
              error={error(place, 'label')}
              onChange={(event) => set(place, { label: event.currentTarget.value })}
            />
            <div style={{ flex: 1 }}>
              <LiquidField
                label="Value"
                value={field.value}
                error={error(place, 'value')}
                onChange={(value) => set(place, { value })}
              />
            </div>
            <ActionIcon
              mt={26}
              aria-label={`Remove ${title.toLowerCase()} ${place + 1}`}
              onClick={() => onChange(fields.filter((_, at) => at !== place))}
            >
              <IconX size={14} />
            </ActionIcon>
          </Group>
          <TextInput
            label="Said when it changes"
            placeholder="You have %@ points now"
            description="%@ stands for the new value; empty: nothing is said"
            value={field.change_message ?? ''}
            error={error(place, 'change_message')}
            onChange={(event) => set(place, { change_message: event.currentTarget.value })}
          />
        </Stack>
      ))}
      {fields.length < most && (
        <Group>
          <Button
            variant="default"
            size="compact-xs"
            leftSection={<IconPlus size={13} />}
            onClick={() => onChange([...fields, { key: freshKey(), value: '' }])}
          >
            Add field
          </Button>
        </Group>
      )}
    </Stack>
  )
}

/** What was emptied is left out, but for the two that a field must have. */
function withPart(field: PassField, part: Partial<PassField>): PassField {
  const { key, value, ...others } = { ...field, ...part }
  const kept = Object.entries(others).filter(([, each]) => each !== undefined && each !== '')
  return { key, value, ...Object.fromEntries(kept) }
}
