import { ActionIcon, Button, Checkbox, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { type EventDraft, nameFor, type VariableDraft, withRenamed } from './event-draft.ts'

interface VariableRowsProps {
  draft: EventDraft
  onChange: (draft: EventDraft) => void
  errors: Record<string, string>
}

/** The name-value pairs that each invocation brings. */
export function VariableRows({ draft, onChange, errors }: VariableRowsProps) {
  const { variables } = draft
  const set = (place: number, change: Partial<VariableDraft>) =>
    onChange({
      ...draft,
      variables: variables.map((variable, at) => (at === place ? { ...variable, ...change } : variable)),
    })
  const name = nameFor(
    'value',
    variables.map((variable) => variable.name),
  )
  const add = () => onChange({ ...draft, variables: [...variables, { name, example: '', required: true }] })
  return (
    <Stack gap={6}>
      <div>
        <Text fw={500}>Variables</Text>
        <Text c="dimmed" size="xs">
          Each call brings their values. Select a piece of a text and open its menu {'{ }'} to make a variable
          of it.
        </Text>
      </div>
      {variables.map((variable, place) => (
        <VariableRow
          // biome-ignore lint/suspicious/noArrayIndexKey: a variable is its place; its name is being typed
          key={place}
          number={place + 1}
          variable={variable}
          errors={{ name: errors[`variables.${place}.name`], example: errors[`variables.${place}.example`] }}
          onName={(name) => onChange(withRenamed(draft, place, name))}
          onChange={(change) => set(place, change)}
          onRemove={() => onChange({ ...draft, variables: variables.filter((_, at) => at !== place) })}
        />
      ))}
      <Group>
        <Button variant="default" size="compact-xs" leftSection={<IconPlus size={13} />} onClick={add}>
          Add variable
        </Button>
      </Group>
    </Stack>
  )
}

interface VariableRowProps {
  number: number
  variable: VariableDraft
  errors: { name: string | undefined; example: string | undefined }
  onName: (name: string) => void
  onChange: (change: Partial<VariableDraft>) => void
  onRemove: () => void
}

function VariableRow({ number, variable, errors, onName, onChange, onRemove }: VariableRowProps) {
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      <NameInput
        key={variable.name}
        label={`Variable ${number}: name`}
        name={variable.name}
        error={errors.name}
        onName={onName}
      />
      <TextInput
        aria-label={`Variable ${number}: example`}
        placeholder="Example"
        flex={1}
        value={variable.example}
        error={errors.example}
        onChange={(event) => onChange({ example: event.currentTarget.value })}
      />
      <Checkbox
        mt={7}
        label="Required"
        aria-label={`Variable ${number}: required`}
        checked={variable.required}
        onChange={(event) => onChange({ required: event.currentTarget.checked })}
      />
      <ActionIcon mt={1} aria-label={`Remove variable ${number}`} onClick={onRemove}>
        <IconX size={14} />
      </ActionIcon>
    </Group>
  )
}

interface NameInputProps {
  label: string
  name: string
  error: string | undefined
  onName: (name: string) => void
}

/** Renames when the field is left: halves of a name would lose what the texts call it. */
function NameInput({ label, name, error, onName }: NameInputProps) {
  const [typed, setTyped] = useState(name)
  const settle = () => {
    if (typed !== name) onName(typed)
  }
  return (
    <TextInput
      aria-label={label}
      placeholder="order_id"
      flex={1}
      value={typed}
      error={error}
      onChange={(event) => setTyped(event.currentTarget.value.trim())}
      onBlur={settle}
      onKeyDown={(event) => {
        if (event.key !== 'Enter') return
        event.preventDefault()
        settle()
      }}
    />
  )
}
