import { listMessages } from '@carillon/contract'
import { Select, Text } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { ago } from '../../shared/format.ts'
import { Section } from '../../shared/page.tsx'
import { useRead } from '../../shared/server.ts'

/** "Why did this message reach, or not reach, this person?" */
export function WhyEntry({ userId }: { userId: string }) {
  const navigate = useNavigate()
  const messages = useRead(listMessages, { query: { limit: 50 } })
  return (
    <Section title="Why did a message arrive, or not?">
      <Select
        label="Message"
        placeholder="Pick one of the latest"
        searchable
        data={(messages.data?.data ?? []).map(({ id, title, created_at }) => ({
          value: id,
          label: `${title ?? 'Without a title'} · ${ago(created_at)}`,
        }))}
        onChange={(messageId) =>
          messageId &&
          void navigate({ to: '/messages/$messageId/why/$userId', params: { messageId, userId } })
        }
      />
      <Text c="dimmed" size="xs" mt="xs">
        Also for people who were not targeted: the answer names the condition that they fail.
      </Text>
    </Section>
  )
}
