import { listUserMessages, type UserMessage } from '@carillon/contract'
import { Group, Stack, Text } from '@mantine/core'
import { IconMailOff } from '@tabler/icons-react'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { RowLink } from '../../shared/links.tsx'
import { Section } from '../../shared/page.tsx'
import { PlatformLabel } from '../../shared/platforms.tsx'
import { usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { TimeText } from '../../shared/time-text.tsx'

/** Each row leads to why the message did, or did not, arrive. */
export function UserMessages({ userId }: { userId: string }) {
  const pages = usePages(listUserMessages, { params: { id: userId }, query: { limit: 10 } })
  return (
    <Section title="Messages" description="What was meant for this person, and what became of it." flush>
      <DataTable
        caption="Messages to this user"
        pages={pages}
        columns={columnsFor(userId)}
        rowKey={({ message_id }) => message_id}
        empty={
          <EmptyState icon={IconMailOff} title="No message yet">
            What is sent to this person shows here, with its outcome on every device.
          </EmptyState>
        }
      />
    </Section>
  )
}

const columnsFor = (userId: string): Column<UserMessage>[] => [
  {
    title: 'Message',
    render: ({ message_id, title }) => (
      <RowLink to="/messages/$messageId/why/$userId" params={{ messageId: message_id, userId }}>
        {title ?? 'Without a title'}
      </RowLink>
    ),
  },
  { title: 'Outcome', render: ({ deliveries }) => <Outcomes deliveries={deliveries} /> },
  { title: 'Created', from: 'sm', render: ({ created_at }) => <TimeText time={created_at} /> },
]

function Outcomes({ deliveries }: Pick<UserMessage, 'deliveries'>) {
  return (
    <Stack gap={4}>
      {deliveries.map((delivery) => (
        <Group key={delivery.delivery_id} gap="xs">
          {delivery.platform && <PlatformLabel platform={delivery.platform} />}
          <StatusPill status={delivery.status} />
          <Text c="dimmed" size="xs">
            {delivery.interactions.join(', ') || (delivery.status !== 'sent' && delivery.sentence)}
          </Text>
        </Group>
      ))}
    </Stack>
  )
}
