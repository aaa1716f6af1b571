import { listMessages, type Message, messageStatuses } from '@carillon/contract'
import { Group, Select, Stack, Text } from '@mantine/core'
import { IconPencilPlus, IconSend } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { ChannelLabel } from '../../shared/channels.tsx'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { shortCount, words } from '../../shared/format.ts'
import { ButtonLink, RowLink } from '../../shared/links.tsx'
import { OutcomeBar } from '../../shared/outcome-bar.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { AppSelect } from '../../shared/pickers.tsx'
import { usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { TimeText } from '../../shared/time-text.tsx'

const route = getRouteApi('/shell/messages')

const columns: Column<Message>[] = [
  {
    title: 'Message',
    render: (message) => (
      <Stack gap={0}>
        <RowLink to="/messages/$messageId" params={{ messageId: message.id }}>
          {message.title ?? message.body ?? 'Without a title'}
        </RowLink>
        <Text c="dimmed" size="xs" lineClamp={1}>
          {message.title ? message.body : null}
        </Text>
      </Stack>
    ),
  },
  { title: 'Channel', from: 'md', render: ({ channel }) => <ChannelLabel channel={channel} /> },
  { title: 'Status', render: ({ status }) => <StatusPill status={status} /> },
  {
    title: 'Progress',
    from: 'sm',
    width: 180,
    render: ({ counts }) => <OutcomeBar counts={counts} />,
  },
  { title: 'Targeted', numeric: true, from: 'xs', render: ({ counts }) => shortCount(counts.targeted) },
  { title: 'Sent', numeric: true, from: 'md', render: ({ counts }) => shortCount(counts.sent) },
  { title: 'Failed', numeric: true, from: 'md', render: ({ counts }) => shortCount(counts.failed) },
  { title: 'Opened', numeric: true, from: 'lg', render: ({ counts }) => shortCount(counts.opened) },
  { title: 'Created', from: 'sm', render: ({ created_at }) => <TimeText time={created_at} /> },
]

export function MessagesPage() {
  const filter = route.useSearch()
  const navigate = useNavigate()
  const pages = usePages(listMessages, { query: filter }, { refetchMs: 5_000 })
  const show = (change: Partial<typeof filter>) =>
    void navigate({ to: '/messages', search: { ...filter, ...change }, replace: true })
  const compose = (
    <ButtonLink to="/compose" leftSection={<IconPencilPlus size={15} />}>
      Compose
    </ButtonLink>
  )
  return (
    <Page title="Messages" actions={compose}>
      <Group gap="xs" align="flex-end">
        <AppSelect
          placeholder="All apps"
          clearable
          w={180}
          value={filter.app_id}
          onChange={(app_id) => show({ app_id })}
        />
        <Select
          label="Status"
          placeholder="All"
          clearable
          w={140}
          data={messageStatuses.map((value) => ({ value, label: words(value) }))}
          value={filter.status ?? null}
          onChange={(status) => show({ status: status ?? undefined })}
        />
      </Group>
      <Section flush>
        <DataTable
          caption="Messages"
          pages={pages}
          columns={columns}
          rowKey={({ id }) => id}
          empty={
            filter.app_id || filter.status ? (
              <EmptyState icon={IconSend} title="No message matches" />
            ) : (
              <EmptyState icon={IconSend} title="Nothing was sent yet" action={compose}>
                A message goes to one audience with one content; its page shows what became of every
                recipient.
              </EmptyState>
            )
          }
        />
      </Section>
    </Page>
  )
}
