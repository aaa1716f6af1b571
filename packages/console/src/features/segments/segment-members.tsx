import { listSegmentUsers, type User } from '@carillon/contract'
import { Text } from '@mantine/core'
import { IconUsers } from '@tabler/icons-react'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { count } from '../../shared/format.ts'
import { RowLink } from '../../shared/links.tsx'
import { Section } from '../../shared/page.tsx'
import { userName } from '../../shared/pickers.tsx'
import { usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'

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
]

export function SegmentMembers({ segmentId }: { segmentId: string }) {
  const pages = usePages(listSegmentUsers, { params: { id: segmentId } })
  return (
    <Section flush>
      <DataTable
        caption="Users in this segment now"
        pages={pages}
        columns={columns}
        rowKey={({ id }) => id}
        empty={<EmptyState icon={IconUsers} title="Nobody matches now" />}
      />
    </Section>
  )
}
