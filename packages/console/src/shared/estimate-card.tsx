import {
  type Channel,
  channelOfPlatform,
  channelPlatforms,
  type Estimate,
  platforms,
} from '@carillon/contract'
import { Box, Group, Progress, Stack, Text } from '@mantine/core'
import { channelReach } from './channels.tsx'
import { count, percent } from './format.ts'
import { isPushPlatform, PlatformLabel } from './platforms.tsx'
import { FailureView, SkeletonRows } from './states.tsx'

interface EstimateCardProps {
  estimate: Estimate | undefined
  error: Error | null
  fetching: boolean
  /** Shows what it reaches alone; without one, everything that an app can send to. */
  channel?: Channel
}

/** How many people match now, and what of theirs can be reached on each platform. */
export function EstimateCard({ estimate, error, fetching, channel }: EstimateCardProps) {
  if (error) return <FailureView error={error} />
  if (!estimate) return <SkeletonRows rows={4} />
  // Push always; what else there is only where an app sends it.
  const shown = platforms.filter((platform) =>
    channel
      ? channelOfPlatform(platform) === channel
      : isPushPlatform(platform) || estimate.reachable[platform] > 0,
  )
  const largest = Math.max(1, ...shown.map((platform) => estimate.reachable[platform]))
  return (
    <Stack gap="sm" opacity={fetching ? 0.6 : 1} aria-live="polite" aria-busy={fetching}>
      <Group gap="xl">
        <Figure label="Users match" value={count(estimate.users)} />
        <Figure
          label={channelReach[channel ?? 'push']}
          value={count(reachableBy(channel ?? 'push', estimate))}
        />
      </Group>
      {!channel && (
        <Text c="dimmed" size="xs">
          {count(estimate.reachable_users)} of them ({percent(estimate.reachable_users, estimate.users)}) can
          be reached by something.
        </Text>
      )}
      <Stack gap={8}>
        {shown.map((platform) => (
          <Box key={platform}>
            <Group justify="space-between" gap="xs" mb={3}>
              <PlatformLabel platform={platform} />
              <Text>{count(estimate.reachable[platform])}</Text>
            </Group>
            <Progress
              size={5}
              value={(estimate.reachable[platform] / largest) * 100}
              aria-label={`${platform}: ${estimate.reachable[platform]}`}
            />
          </Box>
        ))}
      </Stack>
    </Stack>
  )
}

export function Figure({ label, value }: { label: string; value: string }) {
  return (
    <Box>
      <Text c="dimmed" size="xs">
        {label}
      </Text>
      <Text fz={20} fw={600} lh={1.25}>
        {value}
      </Text>
    </Box>
  )
}

/** What a message of the channel would reach for: devices, addresses or passes. */
export function reachableBy(channel: Channel, { reachable }: Pick<Estimate, 'reachable'>): number {
  return channelPlatforms[channel].reduce((sum, platform) => sum + reachable[platform], 0)
}
