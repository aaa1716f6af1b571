import { listUsers, type User } from '@carillon/contract'
import { Button, Group, Modal, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconFileUpload, IconPlus, IconUsers } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { count } from '../../shared/format.ts'
import { RowLink } from '../../shared/links.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { userName } from '../../shared/pickers.tsx'
import { SearchField } from '../../shared/search-field.tsx'
import { useCan, usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import { CreateUser } from './create-user.tsx'
import { ImportProgress } from './import-progress.tsx'
import { ImportUsers } from './import-users.tsx'

const route = getRouteApi('/shell/users')

const columns: Column<User>[] = [
  {
    title: 'User',
    render: (user) => (
      <RowLink to="/users/$userId" params={{ userId: user.id }}>
        {userName(user)}
      </RowLink>
    ),
  },
  {
    title: 'E-mail',
    from: 'sm',
    render: (user) => <Text c="dimmed">{String(user.attributes.email ?? '–')}</Text>,
  },
  { title: 'Subscriptions', numeric: true, render: (user) => count(user.subscriptions) },
  { title: 'Time zone', from: 'md', render: (user) => user.timezone ?? '–' },
  { title: 'Locale', from: 'md', render: (user) => user.locale ?? '–' },
  { title: 'Created', from: 'sm', render: (user) => <TimeText time={user.created_at} /> },
]

export function UsersPage() {
  const { search, import: importing } = route.useSearch()
  const navigate = useNavigate()
  const pages = usePages(listUsers, { query: { search } })
  const [opened, { open, close }] = useDisclosure(false)
  const mayWrite = useCan('users:write')
  const showImport = (shown: string | undefined) =>
    void navigate({ to: '/users', search: { search, import: shown }, replace: true })
  const create = (
    <Group gap="xs">
      <Button
        variant="default"
        leftSection={<IconFileUpload size={15} />}
        onClick={() => showImport('new')}
        disabled={!mayWrite}
      >
        Import
      </Button>
      <Button leftSection={<IconPlus size={15} />} onClick={open} disabled={!mayWrite}>
        New user
      </Button>
    </Group>
  )
  return (
    <Page title="Users" description="The people whose data exists here." actions={create}>
      <Group>
        <SearchField
          label="Search attributes and identifiers"
          value={search}
          onChange={(next) =>
            void navigate({ to: '/users', search: { search: next, import: importing }, replace: true })
          }
        />
      </Group>
      <Section flush>
        <DataTable
          caption="Users"
          pages={pages}
          columns={columns}
          rowKey={(user) => user.id}
          empty={
            search ? (
              <EmptyState icon={IconUsers} title={`Nobody matches “${search}”`} />
            ) : (
              <EmptyState icon={IconUsers} title="No users yet" action={create}>
                Your server creates them through the API, a file brings many at once, or you make one here.
              </EmptyState>
            )
          }
        />
      </Section>
      <Modal opened={opened} onClose={close} title="New user" size="lg">
        <CreateUser />
      </Modal>
      <Modal
        opened={importing !== undefined}
        onClose={() => showImport(undefined)}
        title="Import users"
        size="lg"
      >
        {importing === 'new' && <ImportUsers onStarted={({ id }) => showImport(id)} />}
        {importing && importing !== 'new' && <ImportProgress jobId={importing} />}
      </Modal>
    </Page>
  )
}
