import { listSubscriptions, type Subscription, subscriptionStatuses } from '@carillon/contract'
import { Button, Group, Select, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconDevices, IconShieldQuestion } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { words } from '../../shared/format.ts'
import { ButtonLink, RowLink, TextLink } from '../../shared/links.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { AppSelect } from '../../shared/pickers.tsx'
import { PlatformLabel, platformChoices } from '../../shared/platforms.tsx'
import { useCan, usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import { SubscriptionDrawer } from './subscription-drawer.tsx'
import { SuspectReview } from './suspect-review.tsx'

const route = getRouteApi('/shell/subscriptions')

const columns: Column<Subscription>[] = [
  {
    title: 'Device',
    render: (subscription) => (
      <RowLink to="." search={(search) => ({ ...search, open: subscription.id })}>
        {subscription.device_name ?? subscription.token}
      </RowLink>
    ),
  },
  { title: 'Platform', render: ({ platform }) => <PlatformLabel platform={platform} /> },
  { title: 'Status', render: ({ status }) => <StatusPill status={status} /> },
  { title: 'Belongs to', from: 'sm', render: (subscription) => <Owner subscription={subscription} /> },
  { title: 'Permission', from: 'md', render: ({ permission }) => words(permission) },
  { title: 'Locale', from: 'lg', render: ({ locale }) => locale ?? '–' },
  { title: 'Registered', from: 'sm', render: ({ registered_at }) => <TimeText time={registered_at} /> },
]

export function SubscriptionsPage() {
  const { open, ...filter } = route.useSearch()
  const navigate = useNavigate()
  const pages = usePages(listSubscriptions, { query: filter })
  const show = (change: Partial<typeof filter & { open?: string }>) =>
    void navigate({ to: '/subscriptions', search: { ...filter, open, ...change }, replace: true })
  const filtered = Object.values(filter).some(Boolean)
  return (
    <Page title="Subscriptions" description="One app on one device each." actions={<ReviewAction />}>
      <Filters filter={filter} onChange={show} />
      <Section flush>
        <DataTable
          caption="Subscriptions"
          pages={pages}
          columns={columns}
          rowKey={({ id }) => id}
          empty={<NoSubscriptions filtered={filtered} />}
        />
      </Section>
      <SubscriptionDrawer subscriptionId={open} onClose={() => show({ open: undefined })} />
    </Page>
  )
}

function Owner({ subscription: { user_id, reconciliation_value } }: { subscription: Subscription }) {
  if (!user_id) return <Text c="dimmed">{reconciliation_value ?? 'Nobody'}</Text>
  return (
    <TextLink to="/users/$userId" params={{ userId: user_id }} size="sm">
      {reconciliation_value ?? `User …${user_id.slice(-6)}`}
    </TextLink>
  )
}

type Filter = Omit<ReturnType<typeof route.useSearch>, 'open'>

function Filters({ filter, onChange }: { filter: Filter; onChange: (change: Partial<Filter>) => void }) {
  return (
    <Group gap="xs" align="flex-end">
      <AppSelect
        label="App"
        placeholder="All apps"
        clearable
        w={180}
        value={filter.app_id}
        onChange={(app_id) => onChange({ app_id })}
      />
      <Select
        label="Platform"
        placeholder="All"
        clearable
        w={120}
        data={platformChoices}
        value={filter.platform ?? null}
        onChange={(platform) => onChange({ platform: platform ?? undefined })}
      />
      <Select
        label="Status"
        placeholder="All"
        clearable
        w={140}
        data={subscriptionStatuses.map((value) => ({ value, label: words(value) }))}
        value={filter.status ?? null}
        onChange={(status) => onChange({ status: status ?? undefined })}
      />
      {filter.user_id && (
        <Group gap="xs" pb={6}>
          <TextLink to="/users/$userId" params={{ userId: filter.user_id }}>
            Of one user
          </TextLink>
          <Button size="compact-xs" variant="subtle" onClick={() => onChange({ user_id: undefined })}>
            Show all
          </Button>
        </Group>
      )}
    </Group>
  )
}

function NoSubscriptions({ filtered }: { filtered: boolean }) {
  if (filtered) {
    return (
      <EmptyState
        icon={IconDevices}
        title="No subscription matches"
        action={
          <ButtonLink to="/subscriptions" variant="default">
            Clear the filters
          </ButtonLink>
        }
      />
    )
  }
  return (
    <EmptyState
      icon={IconDevices}
      title="No device has subscribed yet"
      action={
        <ButtonLink to="/apps" variant="default">
          Connect a device
        </ButtonLink>
      }
    >
      Devices register themselves through the SDK with an app's publishable key.
    </EmptyState>
  )
}

function ReviewAction() {
  const [opened, { open, close }] = useDisclosure(false)
  const suspects = usePages(listSubscriptions, { query: { status: 'suspect', limit: 1 } })
  const may = useCan('users:write')
  if (suspects.rows.length === 0) return null
  return (
    <>
      <Button
        color="yellow"
        variant="light"
        leftSection={<IconShieldQuestion size={15} />}
        onClick={open}
        disabled={!may}
      >
        Review suspects
      </Button>
      <SuspectReview opened={opened} onClose={close} />
    </>
  )
}
