import type { Preview } from '@carillon/contract'
import { Box, Group, Progress, SimpleGrid, Text } from '@mantine/core'
import { bytes } from '../format.ts'
import { platformNames } from '../platforms.tsx'

/** How much of what each provider takes is used. */
export function ByteMeters({ previews }: { previews: readonly Preview[] }) {
  return (
    <SimpleGrid cols={2} spacing="sm" verticalSpacing={8}>
      {previews.filter(hasLimit).map(({ platform, size_bytes, limit_bytes }) => {
        const share = (size_bytes / limit_bytes) * 100
        return (
          <Box key={platform}>
            <Group justify="space-between" gap={4}>
              <Text size="xs">{platformNames[platform].name}</Text>
              <Text size="xs" c={share > 100 ? 'red' : 'dimmed'}>
                {bytes(size_bytes)} of {bytes(limit_bytes)}
              </Text>
            </Group>
            <Progress
              size={4}
              value={Math.min(100, share)}
              color={share > 100 ? 'red' : share > 80 ? 'yellow' : 'bell'}
              aria-label={`${platformNames[platform].name}: ${size_bytes} of ${limit_bytes} bytes`}
            />
          </Box>
        )
      })}
    </SimpleGrid>
  )
}

/** Nothing was built, or what counts is not bytes. */
function hasLimit({ limit_bytes }: Preview): boolean {
  return limit_bytes > 0
}
