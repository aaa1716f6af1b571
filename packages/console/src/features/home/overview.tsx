import {
  getOverview,
  type Overview,
  type Platform,
  platforms,
  subscriptionStatuses,
} from '@carillon/contract'
import { Box, Group, Progress, Stack, Text } from '@mantine/core'
import { Figure } from '../../shared/estimate-card.tsx'
import { count, counted, percent, words } from '../../shared/format.ts'
import { TextLink } from '../../shared/links.tsx'
import { OutcomeBar, OutcomeLegend } from '../../shared/outcome-bar.tsx'
import { Section } from '../../shared/page.tsx'
import { isPushPlatform, PlatformLabel } from '../../shared/platforms.tsx'
import { useRead } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'

/** The server counts anew each time. */
const refetchMs = 30_000

export function OverviewCards() {
  const overview = useRead(getOverview, {}, { refetchMs })
  return (
    <Stack>
      <Section title="Last 7 days">
        <Loaded query={overview}>{({ last_7_days }) => <LastDays {...last_7_days} />}</Loaded>
      </Section>
      <Section title="Everybody">
        <Loaded query={overview}>{(all) => <Everybody overview={all} />}</Loaded>
      </Section>
    </Stack>
  )
}

function LastDays({ messages, counts }: Overview['last_7_days']) {
  return (
    <Stack gap="sm">
      <Group gap="lg">
        <Figure label="Messages" value={count(messages)} />
        <Figure label="Recipients" value={count(counts.targeted)} />
        <Figure label="Sent" value={percent(counts.sent, counts.targeted)} />
      </Group>
      <OutcomeBar counts={counts} label="Outcomes of the last 7 days" />
      <OutcomeLegend counts={counts} />
      <Group gap="lg">
        <Figure label="Opened" value={percent(counts.opened, counts.sent)} />
        <Figure label="Clicked" value={percent(counts.clicked, counts.sent)} />
      </Group>
    </Stack>
  )
}

function Everybody({ overview: { users, apps, subscriptions } }: { overview: Overview }) {
  const shown = platforms.filter(
    (platform) => isPushPlatform(platform) || totalOf(subscriptions[platform]) > 0,
  )
  const largest = Math.max(1, ...shown.map((platform) => totalOf(subscriptions[platform])))
  const all = platforms.reduce((sum, platform) => sum + totalOf(subscriptions[platform]), 0)
  return (
    <Stack gap="sm">
      <Group gap="lg">
        <Figure label="Users" value={count(users)} />
        <Figure label="Subscriptions" value={count(all)} />
        <Figure label="Apps" value={count(apps)} />
      </Group>
      {shown.map((platform) => (
        <PlatformRow
          key={platform}
          platform={platform}
          byStatus={subscriptions[platform]}
          largest={largest}
        />
      ))}
    </Stack>
  )
}

type ByStatus = Overview['subscriptions'][Platform]
const totalOf = (byStatus: ByStatus) =>
  subscriptionStatuses.reduce((sum, status) => sum + byStatus[status], 0)

/** Active ones in the accent; what is not active is told of, since it gets nothing. */
function PlatformRow({
  platform,
  byStatus,
  largest,
}: {
  platform: Platform
  byStatus: ByStatus
  largest: number
}) {
  const others = subscriptionStatuses.filter((status) => status !== 'active' && byStatus[status] > 0)
  const share = (n: number) => (n / largest) * 100
  return (
    <Box>
      <Group justify="space-between" gap="xs" mb={3}>
        <PlatformLabel platform={platform} />
        <Text>
          {others.map((status) => (
            <TextLink
              key={status}
              to="/subscriptions"
              search={{ platform, status }}
              c="dimmed"
              size="xs"
              mr="xs"
            >
              {count(byStatus[status])} {words(status).toLowerCase()}
            </TextLink>
          ))}
          {count(byStatus.active)}
        </Text>
      </Group>
      <Progress.Root size={5} aria-label={`${platform}: ${counted(byStatus.active, 'active subscription')}`}>
        <Progress.Section value={share(byStatus.active)} aria-hidden />
        <Progress.Section value={share(totalOf(byStatus) - byStatus.active)} color="gray" aria-hidden />
      </Progress.Root>
    </Box>
  )
}
