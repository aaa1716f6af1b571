import { getWebhook, listWebhookAttempts, replayWebhook, type Webhook } from '@carillon/contract'
import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { type FormEvent, useState } from 'react'
import { fieldErrors } from '../../shared/failure.ts'
import { counted } from '../../shared/format.ts'
import { useWrite } from '../../shared/server.ts'
import { FormFailure } from '../../shared/states.tsx'

export function ReplaySpan({ webhook, onDone }: { webhook: Webhook; onDone: () => void }) {
  const [from, setFrom] = useState('')
  const [to, setTo] = useState('')
  const replay = useWrite(replayWebhook, {
    refreshes: [listWebhookAttempts, getWebhook],
    showsFailure: true,
  })
  const errors = fieldErrors(replay.error)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const body = { from: new Date(from).toISOString(), ...(to && { to: new Date(to).toISOString() }) }
    replay.mutate(
      { input: { params: { id: webhook.id }, body } },
      {
        onSuccess: ({ queued }) => {
          notifications.show({ message: `${counted(queued, 'event')} will be sent again.`, color: 'green' })
          onDone()
        },
      },
    )
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <Text c="dimmed">
          All events of the types it wants, under the ids they had: your server knows by them what it has
          seen.
        </Text>
        <TextInput
          data-autofocus
          required
          type="datetime-local"
          label="From"
          value={from}
          error={errors.from}
          onChange={(event) => setFrom(event.currentTarget.value)}
        />
        <TextInput
          type="datetime-local"
          label="To"
          description="Left out: now"
          value={to}
          error={errors.to}
          onChange={(event) => setTo(event.currentTarget.value)}
        />
        <FormFailure error={replay.error} fields={['from', 'to']} />
        <Group justify="flex-end">
          <Button type="submit" loading={replay.isPending} disabled={from === ''}>
            Replay
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
