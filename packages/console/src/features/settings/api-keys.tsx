import { type AnswerOf, createKey, deleteKey, listKeys, type Scope, scopes } from '@carillon/contract'
import { Alert, Badge, Button, Code, Group, Modal, MultiSelect, Stack, Text, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconKey, IconPlus } from '@tabler/icons-react'
import { type FormEvent, useState } from 'react'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { Copyable } from '../../shared/copyable.tsx'
import { type Column, Rows } from '../../shared/data-table.tsx'
import { fieldErrors } from '../../shared/failure.ts'
import { day } from '../../shared/format.ts'
import { Section } from '../../shared/page.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { EmptyState, FormFailure, Loaded } from '../../shared/states.tsx'
import { TimeText } from '../../shared/time-text.tsx'

type Key = AnswerOf<typeof listKeys>['data'][number]

const columns: Column<Key>[] = [
  { title: 'Name', render: ({ name }) => <Text fw={500}>{name}</Text> },
  { title: 'Key', render: ({ prefix }) => <Code>{prefix}…</Code> },
  { title: 'May', from: 'sm', render: ({ scopes: may }) => <Scopes may={may} /> },
  { title: 'Last used', from: 'sm', render: ({ last_used_at }) => <TimeText time={last_used_at} /> },
  { title: 'Expires', from: 'md', render: ({ expires_at }) => (expires_at ? day(expires_at) : 'Never') },
  { title: 'Revoke', numeric: true, render: (key) => <Revoke apiKey={key} /> },
]

export function ApiKeys() {
  const query = useRead(listKeys, {})
  const may = useCan('settings:write')
  const [opened, { open, close }] = useDisclosure(false)
  const make = (
    <Button variant="default" leftSection={<IconPlus size={14} />} disabled={!may} onClick={open}>
      New key
    </Button>
  )
  return (
    <Section
      title="Secret keys"
      description="For your own servers. Apps have their publishable key."
      flush
      actions={make}
    >
      <Loaded query={query}>
        {({ data }) =>
          data.length > 0 ? (
            <Rows caption="API keys" rows={data} columns={columns} rowKey={({ id }) => id} />
          ) : (
            <EmptyState icon={IconKey} title="No keys" action={make} />
          )
        }
      </Loaded>
      <Modal opened={opened} onClose={close} title="New secret key">
        <MakeKey onDone={close} />
      </Modal>
    </Section>
  )
}

function Scopes({ may }: { may: readonly Scope[] }) {
  if (may.includes('*')) return <Badge color="bell">Everything</Badge>
  return (
    <Group gap={4}>
      {may.map((scope) => (
        <Badge key={scope} color="gray">
          {scope}
        </Badge>
      ))}
    </Group>
  )
}

function Revoke({ apiKey }: { apiKey: Key }) {
  const may = useCan('settings:write')
  const revoke = useWrite(deleteKey, { refreshes: [listKeys], said: 'The key is revoked.' })
  return (
    <ConfirmButton
      size="compact-xs"
      disabled={!may}
      title={`Revoke ${apiKey.name}?`}
      consequence="Whoever uses it is refused at once. This cannot be undone."
      verb="Revoke"
      onConfirm={() => revoke.mutateAsync({ input: { params: { id: apiKey.id } } })}
    >
      Revoke
    </ConfirmButton>
  )
}

function MakeKey({ onDone }: { onDone: () => void }) {
  const [name, setName] = useState('')
  const [chosen, setChosen] = useState<Scope[]>(['*'])
  const [expires, setExpires] = useState('')
  const make = useWrite(createKey, { refreshes: [listKeys], showsFailure: true })
  const errors = fieldErrors(make.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const expires_at = expires ? { expires_at: new Date(`${expires}T23:59:59`).toISOString() } : {}
    make.mutate({ input: { body: { name, scopes: chosen, ...expires_at } } })
  }
  if (make.data) return <Made apiKey={make.data.key} onDone={onDone} />
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          data-autofocus
          required
          label="Name"
          description="What uses it"
          value={name}
          error={errors.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <MultiSelect
          label="It may"
          required
          data={scopes
            .filter((scope) => scope !== 'device')
            .map((value) => ({ value, label: scopeLabel(value) }))}
          value={chosen}
          error={errors.scopes}
          onChange={(next) => setChosen(next as Scope[])}
        />
        <TextInput
          type="date"
          label="Expires"
          description="Left out: never"
          value={expires}
          error={errors.expires_at}
          onChange={(event) => setExpires(event.currentTarget.value)}
        />
        <FormFailure error={make.error} fields={['name', 'scopes', 'expires_at']} />
        <Group justify="flex-end">
          <Button type="submit" loading={make.isPending}>
            Make
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

function Made({ apiKey, onDone }: { apiKey: string; onDone: () => void }) {
  return (
    <Stack>
      <Alert color="yellow" title="It is shown this once">
        Copy it to where it is needed; only a fingerprint is kept here.
      </Alert>
      <Copyable value={apiKey} label="Copy the key" />
      <Group justify="flex-end">
        <Button onClick={onDone}>I have copied it</Button>
      </Group>
    </Stack>
  )
}

const scopeLabel = (scope: Scope) => (scope === '*' ? 'Everything' : scope)
