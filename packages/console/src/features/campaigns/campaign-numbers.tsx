import { type Campaign, type CampaignMessage, getCampaignCounts } from '@carillon/contract'
import { Group, Text } from '@mantine/core'
import { Rows } from '../../shared/data-table.tsx'
import { Figure } from '../../shared/estimate-card.tsx'
import { count, percent } from '../../shared/format.ts'
import { Section } from '../../shared/page.tsx'
import { useApps } from '../../shared/pickers.tsx'
import { useRead } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { describeRepeat } from './rhythm-draft.ts'

/** Counting everybody in the segments takes the server a moment, so it is not asked as often as the rest. */
const refetchMs = 15_000

export function CampaignNumbers({ campaign }: { campaign: Campaign }) {
  const query = useRead(getCampaignCounts, { params: { id: campaign.id } }, { refetchMs })
  const apps = useApps().data?.data ?? []
  const appName = (id: string) => apps.find((app) => app.id === id)?.name
  const { totals } = campaign
  return (
    <Section title="Numbers" flush>
      <Loaded query={query}>
        {(counts) => (
          <>
            <Group gap="xl" p="md">
              <Figure label="Users in the segments" value={count(counts.users)} />
              <Figure label="Sent" value={count(totals.sent)} />
              <Figure label="Failed" value={count(totals.failed)} />
              <Figure
                label="Opened"
                value={`${count(totals.opened)} (${percent(totals.opened, totals.sent)})`}
              />
              <Figure label="Clicked" value={count(totals.clicked)} />
            </Group>
            <Rows
              caption="Messages of the campaign"
              rows={rowsOf(campaign, counts.messages)}
              rowKey={({ message }) => message.id}
              columns={[
                {
                  title: 'Message',
                  render: ({ message }) => <Name message={message} app={appName(message.app_id)} />,
                },
                { title: 'Subscribed', numeric: true, render: ({ found }) => count(found.subscribed) },
                { title: 'Met', numeric: true, from: 'xs', render: ({ found }) => count(found.met) },
                { title: 'Pending', numeric: true, from: 'md', render: ({ found }) => count(found.pending) },
                { title: 'Sent', numeric: true, render: ({ found }) => count(found.sent) },
                { title: 'Failed', numeric: true, from: 'sm', render: ({ found }) => count(found.failed) },
                { title: 'Opened', numeric: true, from: 'sm', render: ({ found }) => count(found.opened) },
                { title: 'Clicked', numeric: true, from: 'md', render: ({ found }) => count(found.clicked) },
              ]}
            />
          </>
        )}
      </Loaded>
    </Section>
  )
}

type Found = NonNullable<ReturnType<typeof useRead<typeof getCampaignCounts>>['data']>['messages'][number]

/** A message that was saved after the counts were read has none yet. */
function rowsOf({ messages }: Campaign, counts: readonly Found[]) {
  return messages.flatMap((message) => {
    const found = counts.find(({ campaign_message_id }) => campaign_message_id === message.id)
    return found ? [{ message, found }] : []
  })
}

function Name({ message: { name, repeat }, app }: { message: CampaignMessage; app: string | undefined }) {
  return (
    <>
      <Text fw={500}>{name}</Text>
      <Text c="dimmed" size="xs">
        {[app, describeRepeat(repeat)].filter(Boolean).join(', ')}
      </Text>
    </>
  )
}
