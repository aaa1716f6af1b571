import { listPasses } from '@carillon/contract'
import { Group, Stack, Text } from '@mantine/core'
import { Copyable } from '../../shared/copyable.tsx'
import { counted } from '../../shared/format.ts'
import { TextLink } from '../../shared/links.tsx'
import { Section } from '../../shared/page.tsx'
import { useRead } from '../../shared/server.ts'
import { StatusPill } from '../../shared/status-pill.tsx'

/** Where this person gets their passes; nothing where they have none. */
export function UserPasses({ userId }: { userId: string }) {
  const passes = useRead(listPasses, { query: { user_id: userId } }).data?.data ?? []
  if (passes.length === 0) return null
  return (
    <Section title="Wallet passes">
      <Stack>
        {passes.map((pass) => (
          <Stack key={pass.id} gap={4}>
            <Group justify="space-between">
              <TextLink to="/passes" search={{ user_id: userId, open: pass.id }}>
                {pass.description}
              </TextLink>
              <StatusPill status={pass.status} />
            </Group>
            <Copyable value={pass.url} label="Copy the link" />
            <Text c="dimmed">In the Wallet of {counted(pass.devices, 'device')}</Text>
          </Stack>
        ))}
      </Stack>
    </Section>
  )
}
