import { listMessages, type Message } from '@carillon/contract'
import { Grid, Stack } from '@mantine/core'
import { IconPencilPlus, IconSend } from '@tabler/icons-react'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { shortCount } from '../../shared/format.ts'
import { ButtonLink, RowLink, TextLink } from '../../shared/links.tsx'
import { OutcomeBar } from '../../shared/outcome-bar.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import { Onboarding } from './onboarding.tsx'
import { OverviewCards } from './overview.tsx'

export function HomePage() {
  return (
    <Page
      title="Home"
      actions={
        <ButtonLink to="/compose" leftSection={<IconPencilPlus size={15} />}>
          Compose
        </ButtonLink>
      }
    >
      <Grid gap="md">
        <Grid.Col span={{ base: 12, md: 8 }}>
          <Stack>
            <Onboarding />
            <LatestMessages />
          </Stack>
        </Grid.Col>
        <Grid.Col span={{ base: 12, md: 4 }}>
          <OverviewCards />
        </Grid.Col>
      </Grid>
    </Page>
  )
}

const columns: Column<Message>[] = [
  {
    title: 'Message',
    minWidth: 160,
    render: ({ id, title }) => (
      <RowLink to="/messages/$messageId" params={{ messageId: id }}>
        {title ?? 'Without a title'}
      </RowLink>
    ),
  },
  { title: 'Status', render: ({ status }) => <StatusPill status={status} /> },
  { title: 'Progress', width: 120, from: 'xs', render: ({ counts }) => <OutcomeBar counts={counts} /> },
  { title: 'Targeted', numeric: true, from: 'lg', render: ({ counts }) => shortCount(counts.targeted) },
  { title: 'Created', from: 'sm', render: ({ created_at }) => <TimeText time={created_at} /> },
]

function LatestMessages() {
  const pages = usePages(listMessages, { query: { limit: 8 } }, { refetchMs: 5_000 })
  return (
    <Section
      title="Latest messages"
      flush
      actions={
        <TextLink to="/messages" size="sm">
          All messages
        </TextLink>
      }
    >
      <DataTable
        caption="Latest messages"
        pages={{ ...pages, hasNextPage: false }}
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          <EmptyState icon={IconSend} title="Nothing was sent yet">
            What you send shows here with its progress.
          </EmptyState>
        }
      />
    </Section>
  )
}
