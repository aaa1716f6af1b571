import { type Estimate, platforms } from '@carillon/contract'
import { Box, Group, Progress, Stack, Text } from '@mantine/core'
import { count, percent } from './format.ts'
import { PlatformLabel } from './platforms.tsx'
import { FailureView, SkeletonRows } from './states.tsx'

interface EstimateCardProps {
  estimate: Estimate | undefined
  error: Error | null
  fetching: boolean
}

/** How many people match now, and how many of their devices can be reached on each platform. */
export function EstimateCard({ estimate, error, fetching }: EstimateCardProps) {
  if (error) return <FailureView error={error} />
  if (!estimate) return <SkeletonRows rows={4} />
  const reachable = reachableDevices(estimate)
  const largest = Math.max(1, ...platforms.map((platform) => estimate.reachable[platform]))
  return (
    <Stack gap="sm" opacity={fetching ? 0.6 : 1} aria-live="polite" aria-busy={fetching}>
      <Group gap="xl">
        <Figure label="Users match" value={count(estimate.users)} />
        <Figure label="Devices reachable" value={count(reachable)} />
      </Group>
      <Text c="dimmed" size="xs">
        {count(estimate.reachable_users)} of them ({percent(estimate.reachable_users, estimate.users)}) can be
        reached on at least one device.
      </Text>
      <Stack gap={8}>
        {platforms.map((platform) => (
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

/** Push alone: e-mail and SMS are other channels. */
export function reachableDevices({ reachable }: Pick<Estimate, 'reachable'>): number {
  return platforms.reduce((sum, platform) => sum + reachable[platform], 0)
}
