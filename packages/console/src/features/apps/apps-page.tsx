import { type App, createApp, listApps } from '@carillon/contract'
import { Button, Group, Modal, Stack, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconApps, IconPlus } from '@tabler/icons-react'
import { useNavigate } from '@tanstack/react-router'
import { type FormEvent, useState } from 'react'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { fieldErrors } from '../../shared/failure.ts'
import { count } from '../../shared/format.ts'
import { RowLink } from '../../shared/links.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { PlatformLabel } from '../../shared/platforms.tsx'
import { useCan, usePages, useWrite } from '../../shared/server.ts'
import { EmptyState, FormFailure } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import { AppIcon } from './app-icon.tsx'

const columns: Column<App>[] = [
  {
    title: 'App',
    render: (app) => (
      <Group gap="xs" wrap="nowrap">
        <AppIcon app={app} />
        <RowLink to="/apps/$appId" params={{ appId: app.id }}>
          {app.name}
        </RowLink>
      </Group>
    ),
  },
  { title: 'Status', render: (app) => <StatusPill status={app.status} /> },
  {
    title: 'Credentials',
    from: 'sm',
    render: (app) => (
      <Group gap="md">
        {app.credentials.length === 0
          ? '–'
          : app.credentials.map((platform) => <PlatformLabel key={platform} platform={platform} />)}
      </Group>
    ),
  },
  { title: 'Subscriptions', numeric: true, render: (app) => count(app.subscriptions) },
  { title: 'Created', from: 'md', render: (app) => <TimeText time={app.created_at} /> },
]

export function AppsPage() {
  const pages = usePages(listApps, {})
  const [opened, { open, close }] = useDisclosure(false)
  const mayCreate = useCan('apps:write')
  const create = (
    <Button leftSection={<IconPlus size={15} />} onClick={open} disabled={!mayCreate}>
      New app
    </Button>
  )
  return (
    <Page
      title="Apps"
      description="Applications that people install or visit, and what their providers ask of us."
      actions={create}
    >
      <Section flush>
        <DataTable
          caption="Apps"
          pages={pages}
          columns={columns}
          rowKey={(app) => app.id}
          empty={
            <EmptyState icon={IconApps} title="No apps yet" action={create}>
              An app holds the credentials of its platforms and the devices that subscribe to it.
            </EmptyState>
          }
        />
      </Section>
      <Modal opened={opened} onClose={close} title="New app">
        <CreateApp />
      </Modal>
    </Page>
  )
}

function CreateApp() {
  const [name, setName] = useState('')
  const [category, setCategory] = useState('')
  const navigate = useNavigate()
  const create = useWrite(createApp, { refreshes: [listApps], showsFailure: true })
  const errors = fieldErrors(create.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate(
      { input: { body: { name, category: category || null } } },
      {
        onSuccess: ({ id }) =>
          void navigate({ to: '/apps/$appId', params: { appId: id }, search: { tab: 'credentials' } }),
      },
    )
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <FormFailure error={create.error} fields={['name', 'category']} />
        <TextInput
          data-autofocus
          required
          label="Name"
          value={name}
          error={errors.name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label="Category"
          description="Free text, such as Retail or Banking"
          value={category}
          error={errors.category}
          onChange={(event) => setCategory(event.currentTarget.value)}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            Create
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
