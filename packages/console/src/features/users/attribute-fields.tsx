import { type Attribute, attributeTypes } from '@carillon/contract'
import { ActionIcon, Button, Group, Select, Stack, TextInput } from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import { words } from '../../shared/format.ts'
import type { AttributeRow } from './attribute-editing.ts'

interface AttributeFieldsProps {
  rows: readonly AttributeRow[]
  schema: readonly Attribute[]
  onChange: (rows: AttributeRow[]) => void
  errors: Record<string, string>
}

export function AttributeFields({ rows, schema, onChange, errors }: AttributeFieldsProps) {
  const replace = (name: string, text: string) =>
    onChange(rows.map((row) => (row.name === name ? { ...row, text } : row)))
  const declared = new Map(schema.map((attribute) => [attribute.name, attribute]))
  return (
    <Stack gap="xs">
      {rows.map((row) => (
        <Group key={row.name} gap="xs" wrap="nowrap" align="flex-end">
          <AttributeInput
            row={row}
            required={declared.get(row.name)?.required ?? false}
            error={errors[`attributes.${row.name}`]}
            onChange={(text) => replace(row.name, text)}
          />
          <ActionIcon
            mb={1}
            aria-label={`Remove ${row.name}`}
            // A declared one is emptied, not removed; the place is kept so that all inputs end alike.
            style={declared.has(row.name) ? { visibility: 'hidden' } : undefined}
            onClick={() => onChange(rows.filter(({ name }) => name !== row.name))}
          >
            <IconX size={14} />
          </ActionIcon>
        </Group>
      ))}
      <AddAttribute taken={rows.map(({ name }) => name)} onAdd={(row) => onChange([...rows, row])} />
    </Stack>
  )
}

interface AttributeInputProps {
  row: AttributeRow
  required: boolean
  error: string | undefined
  onChange: (text: string) => void
}

function AttributeInput({ row, required, error, onChange }: AttributeInputProps) {
  const input = { label: row.name, error, withAsterisk: required, style: { flex: 1 } }
  if (row.type === 'boolean' || row.type === 'picklist') {
    const data = row.type === 'boolean' ? ['true', 'false'] : [...row.choices]
    return (
      <Select
        {...input}
        clearable
        data={data}
        value={row.text || null}
        onChange={(text) => onChange(text ?? '')}
      />
    )
  }
  return (
    <TextInput
      {...input}
      type={row.type === 'date' ? 'date' : 'text'}
      inputMode={row.type === 'number' ? 'decimal' : undefined}
      value={row.type === 'date' ? row.text.slice(0, 10) : row.text}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  )
}

function AddAttribute({ taken, onAdd }: { taken: readonly string[]; onAdd: (row: AttributeRow) => void }) {
  const [name, setName] = useState('')
  const [type, setType] = useState<AttributeRow['type']>('string')
  const fault = name && !/^[A-Za-z]\w{0,62}$/.test(name) ? 'Letters, digits and _, a letter first' : undefined
  const add = () => {
    onAdd({ name, type, text: '', choices: [] })
    setName('')
  }
  return (
    <Group gap="xs" align="flex-start" mt="xs">
      <TextInput
        aria-label="Name of a new attribute"
        placeholder="New attribute"
        value={name}
        error={taken.includes(name) ? 'There is one already' : fault}
        onChange={(event) => setName(event.currentTarget.value)}
        style={{ flex: 1 }}
      />
      <Select
        aria-label="Type of the new attribute"
        w={110}
        allowDeselect={false}
        value={type}
        onChange={(value) => value && setType(value)}
        data={attributeTypes.filter((t) => t !== 'picklist').map((value) => ({ value, label: words(value) }))}
      />
      <Button
        variant="default"
        leftSection={<IconPlus size={14} />}
        disabled={!name || Boolean(fault) || taken.includes(name)}
        onClick={add}
      >
        Add
      </Button>
    </Group>
  )
}
