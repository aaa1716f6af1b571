import { listSubscriptions, type Subscription } from '@carillon/contract'
import { IconDeviceMobileOff } from '@tabler/icons-react'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { words } from '../../shared/format.ts'
import { RowLink } from '../../shared/links.tsx'
import { Section } from '../../shared/page.tsx'
import { PlatformLabel } from '../../shared/platforms.tsx'
import { usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'

const columns: Column<Subscription>[] = [
  {
    title: 'Device or address',
    render: (subscription) => (
      <RowLink
        to="/subscriptions"
        search={{ user_id: subscription.user_id ?? undefined, open: subscription.id }}
      >
        {subscription.device_name ?? subscription.token}
      </RowLink>
    ),
  },
  { title: 'Platform', render: (subscription) => <PlatformLabel platform={subscription.platform} /> },
  { title: 'Permission', from: 'lg', render: (subscription) => words(subscription.permission) },
  { title: 'Status', render: (subscription) => <StatusPill status={subscription.status} /> },
]

export function UserSubscriptions({ userId }: { userId: string }) {
  const pages = usePages(listSubscriptions, { query: { user_id: userId } })
  return (
    <Section title="Subscriptions" flush>
      <DataTable
        caption="Subscriptions of this user"
        pages={pages}
        columns={columns}
        rowKey={(subscription) => subscription.id}
        empty={
          <EmptyState icon={IconDeviceMobileOff} title="No device or address yet">
            A device becomes this user's when it registers with their value of the reconciliation key.
          </EmptyState>
        }
      />
    </Section>
  )
}
