import { listPasses, type Pass } from '@carillon/contract'
import { Drawer, Group } from '@mantine/core'
import { IconWallet } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { Copyable } from '../../shared/copyable.tsx'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { count } from '../../shared/format.ts'
import { ButtonLink, RowLink, TextLink } from '../../shared/links.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { AppSelect, useApps } from '../../shared/pickers.tsx'
import { usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import { PassDetails } from './pass-details.tsx'

const route = getRouteApi('/shell/passes')

export function PassesPage() {
  const search = route.useSearch()
  const navigate = route.useNavigate()
  const apps = useApps().data?.data ?? []
  const { app_id, user_id } = search
  const pages = usePages(listPasses, { query: { app_id, user_id } })
  const columns: Column<Pass>[] = [
    {
      title: 'Pass',
      render: (pass) => (
        <RowLink to="/passes" search={{ ...search, open: pass.id }}>
          {pass.description}
        </RowLink>
      ),
    },
    {
      title: 'Person',
      from: 'sm',
      render: ({ user_id: id }) =>
        id ? (
          <TextLink to="/users/$userId" params={{ userId: id }}>
            …{id.slice(-8)}
          </TextLink>
        ) : null,
    },
    { title: 'App', from: 'md', render: (pass) => apps.find(({ id }) => id === pass.app_id)?.name },
    {
      title: 'Link',
      from: 'md',
      render: ({ url }) => <Copyable value={url} shown="Link" label="Copy the link" />,
    },
    { title: 'Devices', numeric: true, render: ({ devices }) => count(devices) },
    { title: 'Status', from: 'xs', render: ({ status }) => <StatusPill status={status} /> },
    { title: 'Changed', from: 'xs', render: ({ updated_at }) => <TimeText time={updated_at} /> },
  ]
  return (
    <Page
      title="Passes"
      description="Apple Wallet passes that messages have made, each with the link under which its person adds it."
      actions={<ButtonLink to="/compose">Send passes</ButtonLink>}
    >
      <Section flush>
        {apps.length > 1 && (
          <Group p="sm">
            <AppSelect
              clearable
              w={200}
              value={app_id}
              onChange={(next) => void navigate({ search: { ...search, app_id: next } })}
            />
          </Group>
        )}
        <DataTable
          caption="Issued passes"
          pages={pages}
          columns={columns}
          rowKey={({ id }) => id}
          empty={
            <EmptyState icon={IconWallet} title="No pass yet">
              A message of the channel Wallet pass gives everybody in its audience a pass.
            </EmptyState>
          }
        />
      </Section>
      <Drawer
        opened={Boolean(search.open)}
        onClose={() => void navigate({ search: { ...search, open: undefined } })}
        title="Pass"
      >
        {search.open && <PassDetails passId={search.open} />}
      </Drawer>
    </Page>
  )
}
