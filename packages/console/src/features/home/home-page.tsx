import { estimateSegment, listMessages, type Message } from '@carillon/contract'
import { Grid, Group, Stack, Text } from '@mantine/core'
import { IconPencilPlus, IconSend } from '@tabler/icons-react'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { EstimateCard, Figure } from '../../shared/estimate-card.tsx'
import { count, shortCount } from '../../shared/format.ts'
import { ButtonLink, RowLink, TextLink } from '../../shared/links.tsx'
import { OutcomeBar } from '../../shared/outcome-bar.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { useApps } from '../../shared/pickers.tsx'
import { usePages, useRead } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import { Onboarding } from './onboarding.tsx'

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
          <Totals />
        </Grid.Col>
      </Grid>
    </Page>
  )
}

const columns: Column<Message>[] = [
  {
    title: 'Message',
    render: ({ id, title }) => (
      <RowLink to="/messages/$messageId" params={{ messageId: id }}>
        {title ?? 'Without a title'}
      </RowLink>
    ),
  },
  { title: 'Status', render: ({ status }) => <StatusPill status={status} /> },
  { title: 'Progress', width: 150, from: 'xs', render: ({ counts }) => <OutcomeBar counts={counts} /> },
  { title: 'Targeted', numeric: true, from: 'sm', render: ({ counts }) => shortCount(counts.targeted) },
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

function Totals() {
  const everybody = useRead(estimateSegment, { body: { conditions: [] } })
  const apps = useApps().data?.data ?? []
  const subscriptions = apps.reduce((sum, app) => sum + app.subscriptions, 0)
  return (
    <Section title="Everybody">
      <Stack>
        <EstimateCard estimate={everybody.data} error={everybody.error} fetching={false} />
        <Group gap="xl">
          <Figure label="Apps" value={count(apps.length)} />
          <Figure label="Subscriptions" value={count(subscriptions)} />
        </Group>
        <Text c="dimmed" size="xs">
          A device is reachable when it is active, allows notifications and its app is published with a
          credential.
        </Text>
      </Stack>
    </Section>
  )
}
