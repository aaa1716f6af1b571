import { type Campaign, campaignStatuses, listCampaigns } from '@carillon/contract'
import { Group, Select, Stack, Text } from '@mantine/core'
import { IconCalendar, IconPlus, IconSpeakerphone } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { shortCount, words } from '../../shared/format.ts'
import { ButtonLink, RowLink } from '../../shared/links.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { AppSelect } from '../../shared/pickers.tsx'
import { SearchField } from '../../shared/search-field.tsx'
import { useCan, usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { LocalSpan } from './local-span.tsx'

const route = getRouteApi('/shell/campaigns')

const columns: Column<Campaign>[] = [
  {
    title: 'Campaign',
    render: (campaign) => (
      <Stack gap={0}>
        <RowLink to="/campaigns/$campaignId" params={{ campaignId: campaign.id }}>
          {campaign.name}
        </RowLink>
        <Text c="dimmed" size="xs" lineClamp={1}>
          {campaign.type}
        </Text>
      </Stack>
    ),
  },
  { title: 'Status', render: ({ status }) => <StatusPill status={status} /> },
  { title: 'From and to', from: 'sm', render: (campaign) => <LocalSpan of={campaign} /> },
  { title: 'Messages', numeric: true, from: 'md', render: ({ messages }) => shortCount(messages.length) },
  { title: 'Sent', numeric: true, from: 'xs', render: ({ totals }) => shortCount(totals.sent) },
  { title: 'Failed', numeric: true, from: 'md', render: ({ totals }) => shortCount(totals.failed) },
  { title: 'Opened', numeric: true, from: 'md', render: ({ totals }) => shortCount(totals.opened) },
]

export function CampaignsPage() {
  const filter = route.useSearch()
  const navigate = useNavigate()
  const mayWrite = useCan('campaigns:write')
  const pages = usePages(listCampaigns, { query: filter }, { refetchMs: 5_000 })
  const show = (change: Partial<typeof filter>) =>
    void navigate({ to: '/campaigns', search: { ...filter, ...change }, replace: true })
  const create = (
    <ButtonLink to="/campaigns/new" leftSection={<IconPlus size={15} />} disabled={!mayWrite}>
      New campaign
    </ButtonLink>
  )
  return (
    <Page
      title="Campaigns"
      description="Messages that go by themselves to everybody who comes to match, once each."
      actions={
        <>
          <ButtonLink
            to="/campaigns/calendar"
            variant="default"
            leftSection={<IconCalendar size={15} aria-hidden />}
          >
            Calendar
          </ButtonLink>
          {create}
        </>
      }
    >
      <Group gap="xs" align="flex-end">
        <SearchField label="Search by name" value={filter.search} onChange={(search) => show({ search })} />
        <Select
          label="Status"
          placeholder="All"
          clearable
          w={140}
          data={campaignStatuses.map((value) => ({ value, label: words(value) }))}
          value={filter.status ?? null}
          onChange={(status) => show({ status: status ?? undefined })}
        />
        <AppSelect
          placeholder="All apps"
          clearable
          w={180}
          value={filter.app_id}
          onChange={(app_id) => show({ app_id })}
        />
      </Group>
      <Section flush>
        <DataTable
          caption="Campaigns"
          pages={pages}
          columns={columns}
          rowKey={({ id }) => id}
          empty={
            Object.values(filter).some(Boolean) ? (
              <EmptyState icon={IconSpeakerphone} title="No campaign matches" />
            ) : (
              <EmptyState icon={IconSpeakerphone} title="No campaigns yet" action={create}>
                A campaign has segments, messages and two dates. Between them it writes to everybody who is in
                the segments or comes to be, and to nobody twice.
              </EmptyState>
            )
          }
        />
      </Section>
    </Page>
  )
}
