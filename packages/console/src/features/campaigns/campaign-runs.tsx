import { listMessages, type Message } from '@carillon/contract'
import { IconSend } from '@tabler/icons-react'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { shortCount } from '../../shared/format.ts'
import { RowLink } from '../../shared/links.tsx'
import { OutcomeBar } from '../../shared/outcome-bar.tsx'
import { Section } from '../../shared/page.tsx'
import { usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { TimeText } from '../../shared/time-text.tsx'

const columns: Column<Message>[] = [
  {
    title: 'Run',
    render: (run) => (
      <RowLink to="/messages/$messageId" params={{ messageId: run.id }}>
        {run.title ?? 'Without a title'}
      </RowLink>
    ),
  },
  { title: 'Status', render: ({ status }) => <StatusPill status={status} /> },
  { title: 'Progress', from: 'sm', width: 180, render: ({ counts }) => <OutcomeBar counts={counts} /> },
  { title: 'Devices', numeric: true, render: ({ counts }) => shortCount(counts.targeted) },
  { title: 'Opened', numeric: true, from: 'sm', render: ({ counts }) => shortCount(counts.opened) },
  { title: 'Began', from: 'xs', render: ({ created_at }) => <TimeText time={created_at} /> },
]

/** Each time that a message of the campaign met people whom it had not met yet. */
export function CampaignRuns({ campaignId }: { campaignId: string }) {
  const pages = usePages(listMessages, { query: { campaign_id: campaignId } }, { refetchMs: 5_000 })
  return (
    <Section flush>
      <DataTable
        caption="Runs"
        pages={pages}
        columns={columns}
        rowKey={({ id }) => id}
        empty={
          <EmptyState icon={IconSend} title="It has not met anybody yet">
            A run appears whenever somebody is in the segments whom the campaign has not written to.
          </EmptyState>
        }
      />
    </Section>
  )
}
