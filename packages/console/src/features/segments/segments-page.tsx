import { listSegments, type Segment } from '@carillon/contract'
import { Code } from '@mantine/core'
import { IconFilter, IconPlus } from '@tabler/icons-react'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { count } from '../../shared/format.ts'
import { ButtonLink, RowLink } from '../../shared/links.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { useCan, usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { TimeText } from '../../shared/time-text.tsx'

const columns: Column<Segment>[] = [
  {
    title: 'Segment',
    render: (segment) => (
      <RowLink to="/segments/$segmentId" params={{ segmentId: segment.id }}>
        {segment.name}
      </RowLink>
    ),
  },
  { title: 'Conditions', numeric: true, render: ({ conditions }) => count(conditions.length) },
  { title: 'Definition', from: 'sm', render: ({ definition }) => <Code>{definition}</Code> },
  { title: 'Changed', from: 'xs', render: ({ updated_at }) => <TimeText time={updated_at} /> },
]

export function SegmentsPage() {
  const pages = usePages(listSegments, {})
  const mayWrite = useCan('segments:write')
  const create = (
    <ButtonLink to="/segments/new" leftSection={<IconPlus size={15} />} disabled={!mayWrite}>
      New segment
    </ButtonLink>
  )
  return (
    <Page
      title="Segments"
      description="Who matches is worked out when a message is sent, never stored."
      actions={create}
    >
      <Section flush>
        <DataTable
          caption="Segments"
          pages={pages}
          columns={columns}
          rowKey={({ id }) => id}
          empty={
            <EmptyState icon={IconFilter} title="No segments yet" action={create}>
              Numbered conditions and how they combine, such as (1 AND 2) OR NOT 3.
            </EmptyState>
          }
        />
      </Section>
    </Page>
  )
}
