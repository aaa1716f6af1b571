import { type InboundKind, type InboundMessage, inboundKinds, listInboundMessages } from '@carillon/contract'
import { Badge, SegmentedControl, Text } from '@mantine/core'
import { IconMessageReply } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { RowLink } from '../../shared/links.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { TimeText } from '../../shared/time-text.tsx'

const route = getRouteApi('/shell/inbound')

const kindNames: Record<InboundKind, { label: string; color: string }> = {
  stop: { label: 'Stop', color: 'red' },
  start: { label: 'Start', color: 'green' },
  help: { label: 'Help', color: 'blue' },
  other: { label: 'To read', color: 'gray' },
}

const columns: Column<InboundMessage>[] = [
  {
    title: 'From',
    render: ({ from, user_id }) =>
      user_id ? (
        <RowLink to="/users/$userId" params={{ userId: user_id }}>
          {from}
        </RowLink>
      ) : (
        from
      ),
  },
  { title: 'Text', render: ({ text }) => <Text lineClamp={3}>{text}</Text> },
  {
    title: 'Understood as',
    render: ({ kind }) => <Badge color={kindNames[kind].color}>{kindNames[kind].label}</Badge>,
  },
  { title: 'To', from: 'md', render: ({ to }) => to },
  { title: 'When', render: ({ at }) => <TimeText time={at} /> },
]

export function InboundPage() {
  const { kind } = route.useSearch()
  const navigate = useNavigate()
  const pages = usePages(listInboundMessages, { query: { kind } })
  return (
    <Page
      title="Replies"
      description="What people wrote to the numbers of your apps. STOP, START and HELP are obeyed by themselves; the rest is for you to read."
    >
      <SegmentedControl
        aria-label="Which ones"
        value={kind ?? 'all'}
        onChange={(next) =>
          void navigate({
            to: '/inbound',
            search: next === 'all' ? {} : { kind: next as InboundKind },
            replace: true,
          })
        }
        data={[
          { value: 'all', label: 'All' },
          ...inboundKinds.map((value) => ({ value, label: kindNames[value].label })),
        ]}
      />
      <Section flush>
        <DataTable
          caption="Replies"
          pages={pages}
          columns={columns}
          rowKey={({ id }) => id}
          empty={
            <EmptyState icon={IconMessageReply} title={kind ? 'None of this kind' : 'Nobody has written yet'}>
              Texts to the numbers of apps that have an SMS account appear here.
            </EmptyState>
          }
        />
      </Section>
    </Page>
  )
}
