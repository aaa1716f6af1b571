import {
  type EventDefinition,
  eventDefinitionStatuses,
  exportEventDefinitions,
  listEventDefinitions,
} from '@carillon/contract'
import { Button, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { IconBolt, IconDownload, IconPlus, IconUpload } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { words } from '../../shared/format.ts'
import { ButtonLink, RowLink } from '../../shared/links.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { AppSelect } from '../../shared/pickers.tsx'
import { SearchField } from '../../shared/search-field.tsx'
import { useCan, usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import { TypeFilter } from './event-types.tsx'
import { ImportEvents } from './import-events.tsx'

const route = getRouteApi('/shell/events')

const columns: Column<EventDefinition>[] = [
  {
    title: 'Event',
    render: (definition) => (
      <Stack gap={0}>
        <RowLink to="/events/$eventId" params={{ eventId: definition.id }}>
          {definition.name}
        </RowLink>
        <Text c="dimmed" size="xs" lineClamp={1}>
          {definition.description ?? definition.content?.title}
        </Text>
      </Stack>
    ),
  },
  { title: 'Status', render: ({ status }) => <StatusPill status={status} /> },
  { title: 'Type', from: 'sm', render: ({ type }) => type ?? '–' },
  {
    title: 'Variables',
    from: 'md',
    render: ({ variables }) => variables.map(({ name }) => name).join(', ') || '–',
  },
  {
    title: 'Last invoked',
    from: 'xs',
    render: ({ last_invoked_at: time }) => (time ? <TimeText time={time} /> : '–'),
  },
]

export function EventsPage() {
  const { import: importing, ...filter } = route.useSearch()
  const navigate = useNavigate()
  const pages = usePages(listEventDefinitions, { query: filter })
  const mayWrite = useCan('events:write')
  const show = (change: Partial<typeof filter> & { import?: string }) =>
    void navigate({ to: '/events', search: { ...filter, ...change }, replace: true })
  const create = (
    <ButtonLink to="/events/new" leftSection={<IconPlus size={15} />} disabled={!mayWrite}>
      New event
    </ButtonLink>
  )
  return (
    <Page
      title="Events"
      description="What is sent when something happens in your own systems: they call, with the people and the values."
      actions={
        <>
          <Button
            component="a"
            href={exportEventDefinitions.path}
            download="event-definitions.json"
            variant="default"
            leftSection={<IconDownload size={15} />}
          >
            Export
          </Button>
          <Button
            variant="default"
            leftSection={<IconUpload size={15} />}
            disabled={!mayWrite}
            onClick={() => show({ import: 'new' })}
          >
            Import
          </Button>
          {create}
        </>
      }
    >
      <Group gap="xs" align="flex-end">
        <SearchField label="Search events" value={filter.search} onChange={(search) => show({ search })} />
        <AppSelect
          label=""
          aria-label="App"
          placeholder="All apps"
          clearable
          w={170}
          value={filter.app_id}
          onChange={(app_id) => show({ app_id })}
        />
        <Select
          aria-label="Status"
          placeholder="Any status"
          clearable
          w={130}
          data={eventDefinitionStatuses.map((value) => ({ value, label: words(value) }))}
          value={filter.status ?? null}
          onChange={(status) => show({ status: status ?? undefined })}
        />
        <TypeFilter value={filter.type} onChange={(type) => show({ type })} />
      </Group>
      <Section flush>
        <DataTable
          caption="Event definitions"
          pages={pages}
          columns={columns}
          rowKey={({ id }) => id}
          empty={
            Object.values(filter).some(Boolean) ? (
              <EmptyState icon={IconBolt} title="No event matches" />
            ) : (
              <EmptyState icon={IconBolt} title="No events yet" action={create}>
                An order was shipped, a code was asked for: say once what is sent then, and call it from your
                own code.
              </EmptyState>
            )
          }
        />
      </Section>
      <Modal
        opened={importing !== undefined}
        onClose={() => show({ import: undefined })}
        title="Import event definitions"
      >
        <ImportEvents onDone={() => show({ import: undefined })} />
      </Modal>
    </Page>
  )
}
