import { type Outcome, reasonText } from '@carillon/contract'
import { Box, Group, Progress, Stack, Text } from '@mantine/core'
import { count, words } from '../../shared/format.ts'
import { TextLink } from '../../shared/links.tsx'

interface ReasonListProps {
  messageId: string
  status: Outcome
  reasons: Record<string, number>
}

/** Why, in plain sentences, most frequent first; each leads to its recipients. */
export function ReasonList({ messageId, status, reasons }: ReasonListProps) {
  const sorted = Object.entries(reasons).sort(([, a], [, b]) => b - a)
  const largest = sorted[0]?.[1] ?? 1
  if (sorted.length === 0) return <Text c="dimmed">Nobody.</Text>
  return (
    <Stack gap="sm">
      {sorted.map(([reason, n]) => (
        <Box key={reason}>
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <Text>{reasonSentence(reason)}</Text>
            <TextLink
              to="/messages/$messageId"
              params={{ messageId }}
              search={{ tab: 'recipients', status, reason }}
              aria-label={`Show the ${n} recipients`}
            >
              {count(n)}
            </TextLink>
          </Group>
          <Progress
            mt={3}
            size={4}
            value={(n / largest) * 100}
            color={status === 'failed' ? 'var(--outcome-failed)' : 'var(--outcome-excluded)'}
            aria-hidden
          />
        </Box>
      ))}
    </Stack>
  )
}

/** A newer server may know reasons that this console does not. */
export function reasonSentence(reason: string): string {
  return reason in reasonText ? reasonText[reason as keyof typeof reasonText] : words(reason)
}
