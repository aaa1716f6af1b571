import { type Message, platforms } from '@carillon/contract'
import { Text } from '@mantine/core'
import { type Column, Rows } from '../../shared/data-table.tsx'
import { count } from '../../shared/format.ts'
import { OutcomeBar } from '../../shared/outcome-bar.tsx'
import { PlatformLabel } from '../../shared/platforms.tsx'

type ByPlatform = Message['by_platform']
type PlatformRow = { platform: string } & ByPlatform[string]

const columns: Column<PlatformRow>[] = [
  { title: 'Platform', render: ({ platform }) => <PlatformLabel platform={platform} /> },
  {
    title: 'Progress',
    from: 'sm',
    width: '40%',
    render: (row) => <OutcomeBar counts={row} label={row.platform} />,
  },
  { title: 'Sent', numeric: true, render: ({ sent }) => count(sent) },
  { title: 'Failed', numeric: true, render: ({ failed }) => count(failed) },
  { title: 'Excluded', numeric: true, render: ({ excluded }) => count(excluded) },
  { title: 'Pending', numeric: true, from: 'xs', render: ({ pending }) => count(pending) },
]

const order: readonly string[] = platforms

export function PlatformRows({ byPlatform }: { byPlatform: ByPlatform }) {
  // Always in the same order, however the counts come in.
  const rows = Object.entries(byPlatform)
    .map(([platform, counts]) => ({ platform, ...counts }))
    .sort((a, b) => order.indexOf(a.platform) - order.indexOf(b.platform))
  if (rows.length === 0) {
    return (
      <Text c="dimmed" p="md">
        No recipient yet.
      </Text>
    )
  }
  return (
    <Rows caption="Outcomes by platform" rows={rows} columns={columns} rowKey={({ platform }) => platform} />
  )
}
