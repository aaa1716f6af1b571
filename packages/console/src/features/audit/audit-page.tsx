import { type AuditEntry, exportAudit, listAudit } from '@carillon/contract'
import { Button, Text } from '@mantine/core'
import { IconDownload, IconHistory } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { endpointUrl } from '../../shared/client.ts'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { words } from '../../shared/format.ts'
import { ButtonLink, RowLink } from '../../shared/links.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { useCan, usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import { AuditDrawer } from './audit-drawer.tsx'
import { AuditFilters } from './audit-filters.tsx'
import { type AuditSearch, actionWords, filterOf, thingWords } from './audit-words.ts'

const route = getRouteApi('/shell/audit')

const columns: Column<AuditEntry>[] = [
  {
    title: 'What',
    render: ({ id, action }) => (
      <RowLink to="." search={(search) => ({ ...search, open: id })}>
        {actionWords(action)}
      </RowLink>
    ),
  },
  { title: 'Who', render: ({ actor }) => actor.name },
  { title: 'To which', from: 'sm', render: ({ resource }) => thingWords(resource) },
  {
    title: 'Fields',
    from: 'md',
    render: ({ fields }) => <Text c="dimmed">{fields.map(words).join(', ') || '–'}</Text>,
  },
  { title: 'Address', from: 'lg', render: ({ address }) => address || '–' },
  { title: 'When', render: ({ at }) => <TimeText time={at} /> },
]

export function AuditPage() {
  const { open, ...search } = route.useSearch()
  const navigate = useNavigate()
  const pages = usePages(listAudit, { query: filterOf(search) })
  const show = (change: AuditSearch) =>
    void navigate({ to: '/audit', search: { ...search, open, ...change }, replace: true })
  return (
    <Page
      title="Audit"
      description="Every change and every send: who, what, when. Values are never kept, only the names of the fields."
      actions={<ExportAction search={search} />}
    >
      <AuditFilters search={search} onChange={show} />
      <Section flush>
        <DataTable
          caption="Audit"
          pages={pages}
          columns={columns}
          rowKey={({ id }) => id}
          empty={<NothingTold filtered={Object.values(search).some(Boolean)} />}
        />
      </Section>
      <AuditDrawer
        entry={pages.rows.find(({ id }) => id === open)}
        onClose={() => show({ open: undefined })}
      />
    </Page>
  )
}

/** The browser fetches it by itself, with the session's cookie: its length costs this page nothing. */
function ExportAction({ search }: { search: AuditSearch }) {
  const may = useCan('admin')
  if (!may) return null
  return (
    <Button
      component="a"
      href={endpointUrl(exportAudit, {}, filterOf(search))}
      download="audit.csv"
      variant="default"
      leftSection={<IconDownload size={14} />}
    >
      Export as CSV
    </Button>
  )
}

function NothingTold({ filtered }: { filtered: boolean }) {
  if (!filtered) {
    return (
      <EmptyState icon={IconHistory} title="Nothing has been changed yet">
        What people and keys change or send from now on is told here.
      </EmptyState>
    )
  }
  return (
    <EmptyState
      icon={IconHistory}
      title="No entry matches"
      action={
        <ButtonLink to="/audit" variant="default">
          Clear the filters
        </ButtonLink>
      }
    />
  )
}
