import { type Attribute, attributeTypes, createAttribute, listAttributes } from '@carillon/contract'
import { Badge, Button, Group, Modal, Select, Stack, Switch, TagsInput, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { type Column, Rows } from '../../shared/data-table.tsx'
import { fieldErrors } from '../../shared/failure.ts'
import { words } from '../../shared/format.ts'
import { Section } from '../../shared/page.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { FormFailure, Loaded } from '../../shared/states.tsx'

const columns: Column<Attribute>[] = [
  {
    title: 'Attribute',
    render: ({ name, built_in }) => (
      <Group gap="xs">
        {name}
        {built_in && <Badge color="gray">Built in</Badge>}
      </Group>
    ),
  },
  { title: 'Type', render: ({ type }) => words(type) },
  { title: 'Required', render: ({ required }) => (required ? 'Yes' : '–') },
  { title: 'Choices', from: 'sm', render: ({ values }) => values?.join(', ') ?? '–' },
]

/** Declared attributes are type-checked on every write; others are taken as they come. */
export function AttributeSchema() {
  const query = useRead(listAttributes, {})
  const may = useCan('users:write')
  const [opened, { open, close }] = useDisclosure(false)
  return (
    <Section
      title="Attributes of users"
      description="Declared attributes are type-checked."
      flush
      actions={
        <Button variant="default" leftSection={<IconPlus size={14} />} disabled={!may} onClick={open}>
          Declare one
        </Button>
      }
    >
      <Loaded query={query}>
        {({ data }) => (
          <Rows caption="Attributes" rows={data} columns={columns} rowKey={({ name }) => name} />
        )}
      </Loaded>
      <Modal opened={opened} onClose={close} title="Declare an attribute">
        <DeclareAttribute onDone={close} />
      </Modal>
    </Section>
  )
}

function DeclareAttribute({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState('')
  const [type, setType] = useState<Attribute['type']>('string')
  const [required, setRequired] = useState(false)
  const [values, setValues] = useState<string[]>([])
  const declare = useWrite(createAttribute, {
    refreshes: [listAttributes],
    said: 'Declared.',
    showsFailure: true,
  })
  const errors = fieldErrors(declare.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const body = { name, type, required, ...(type === 'picklist' ? { values } : {}) }
    declare.mutate({ input: { body } }, { onSuccess: onDone })
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          required
          label="Name"
          value={name}
          error={errors.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Select
          label="Type"
          allowDeselect={false}
          value={type}
          onChange={(next) => next && setType(next)}
          data={attributeTypes.map((value) => ({ value, label: words(value) }))}
        />
        {type === 'picklist' && (
          <TagsInput label="Choices" required value={values} error={errors.values} onChange={setValues} />
        )}
        <Switch
          label="Required"
          checked={required}
          error={errors.required}
          onChange={(event) => setRequired(event.currentTarget.checked)}
        />
        <FormFailure error={declare.error} fields={['name', 'values', 'required']} />
        <Group justify="flex-end">
          <Button type="submit" loading={declare.isPending}>
            Declare
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
