import {
  getWebhook,
  listWebhookAttempts,
  replayWebhook,
  type Webhook,
  type WebhookAttempt,
} from '@carillon/contract'
import { Button, Group, Stack, Text } from '@mantine/core'
import { IconRefresh } from '@tabler/icons-react'
import { CodeBlock, Copyable } from '../../shared/copyable.tsx'
import { count, moment } from '../../shared/format.ts'
import { Facts } from '../../shared/page.tsx'
import { useCan, useWrite } from '../../shared/server.ts'
import { outcomeText } from './attempt-outcome.tsx'

interface AttemptDetailsProps {
  webhook: Webhook
  attempt: WebhookAttempt
  onReplayed: () => void
}

export function AttemptDetails({ webhook, attempt, onReplayed }: AttemptDetailsProps) {
  return (
    <Stack>
      <Facts
        facts={[
          ['Event', attempt.type],
          ['Id', <Copyable key="id" value={attempt.event_id} label="Copy the event’s id" />],
          ['Outcome', outcomeText(attempt)],
          ['Attempt', count(attempt.attempt)],
          ['When', moment(attempt.at)],
          ['Tried again', attempt.next_at && moment(attempt.next_at)],
        ]}
      />
      {attempt.answer && (
        <div>
          <Text fw={500} mb={4}>
            What was answered
          </Text>
          <CodeBlock code={attempt.answer} label="Copy the answer" />
        </div>
      )}
      <Replay webhook={webhook} attempt={attempt} onReplayed={onReplayed} />
    </Stack>
  )
}

function Replay({ webhook, attempt, onReplayed }: AttemptDetailsProps) {
  const may = useCan('webhooks:write')
  const replay = useWrite(replayWebhook, {
    refreshes: [listWebhookAttempts, getWebhook],
    said: 'It is sent again.',
  })
  // A test is in no log: it is sent anew, not again.
  if (!attempt.event_id.startsWith('evt_')) return null
  const body = { event_ids: [attempt.event_id] }
  return (
    <Group justify="flex-end">
      <Button
        leftSection={<IconRefresh size={14} />}
        disabled={!may || !webhook.enabled}
        loading={replay.isPending}
        onClick={() =>
          replay.mutate({ input: { params: { id: webhook.id }, body } }, { onSuccess: onReplayed })
        }
      >
        Send it again
      </Button>
    </Group>
  )
}
