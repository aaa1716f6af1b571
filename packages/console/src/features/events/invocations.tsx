import { type EventDefinition, type EventInvocation, listEventInvocations } from '@carillon/contract'
import { Badge, Group, Text } from '@mantine/core'
import { IconBolt } from '@tabler/icons-react'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { moment, shortCount } from '../../shared/format.ts'
import { ButtonLink, RowLink } from '../../shared/links.tsx'
import { OutcomeBar } from '../../shared/outcome-bar.tsx'
import { Section } from '../../shared/page.tsx'
import { usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'

const columns: Column<EventInvocation>[] = [
  {
    title: 'When',
    render: ({ message_id, created_at, dry_run }) => (
      <Group gap="xs">
        <RowLink to="/messages/$messageId" params={{ messageId: message_id }}>
          {moment(created_at)}
        </RowLink>
        {dry_run && <Badge color="gray">Dry run</Badge>}
      </Group>
    ),
  },
  { title: 'Status', render: ({ status }) => <StatusPill status={status} /> },
  { title: 'Outcome', from: 'sm', width: 160, render: ({ counts }) => <OutcomeBar counts={counts} /> },
  { title: 'Recipients', numeric: true, render: ({ counts }) => shortCount(counts.targeted) },
  { title: 'Opened', numeric: true, from: 'md', render: ({ counts }) => shortCount(counts.opened) },
  {
    title: 'Variables',
    from: 'md',
    render: ({ variables }) => (
      <Text c="dimmed" size="xs" ff="monospace" truncate maw={280}>
        {JSON.stringify(variables)}
      </Text>
    ),
  },
  { title: 'Version', numeric: true, from: 'lg', render: ({ version }) => version },
]

export function Invocations({ definition }: { definition: EventDefinition }) {
  const pages = usePages(listEventInvocations, { params: { id: definition.id } }, { refetchMs: 5_000 })
  return (
    <Section flush>
      <DataTable
        caption="Invocations"
        pages={pages}
        columns={columns}
        rowKey={({ message_id }) => message_id}
        empty={
          <EmptyState
            icon={IconBolt}
            title="Nobody has called it yet"
            action={
              <ButtonLink to="/events/$eventId" params={{ eventId: definition.id }} search={{ tab: 'call' }}>
                Show the call
              </ButtonLink>
            }
          >
            Each call is one message, listed here with what became of it.
          </EmptyState>
        }
      />
    </Section>
  )
}
