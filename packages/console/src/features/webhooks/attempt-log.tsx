import { listWebhookAttempts, type Webhook, type WebhookAttempt } from '@carillon/contract'
import { Button, Code, Group, Modal, Select, Stack, UnstyledButton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconHistory, IconListDetails } from '@tabler/icons-react'
import { useState } from 'react'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { count } from '../../shared/format.ts'
import { Section } from '../../shared/page.tsx'
import { useCan, usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import { AttemptDetails } from './attempt-details.tsx'
import { AttemptOutcome } from './attempt-outcome.tsx'
import { ReplaySpan } from './replay-span.tsx'

type Outcome = 'succeeded' | 'failed'

function columnsWith(show: (attempt: WebhookAttempt) => void): Column<WebhookAttempt>[] {
  return [
    {
      title: 'Event',
      render: (attempt) => (
        <UnstyledButton fw={500} onClick={() => show(attempt)}>
          {attempt.type}
        </UnstyledButton>
      ),
    },
    { title: 'Answer', render: (attempt) => <AttemptOutcome attempt={attempt} /> },
    { title: 'Id', from: 'sm', render: ({ event_id }) => <Code>{event_id.slice(0, 18)}</Code> },
    { title: 'Attempt', numeric: true, from: 'xs', render: ({ attempt }) => count(attempt) },
    { title: 'Took', numeric: true, from: 'md', render: ({ duration_ms }) => `${count(duration_ms)} ms` },
    { title: 'When', from: 'xs', render: ({ at }) => <TimeText time={at} /> },
    { title: 'Again', from: 'md', render: ({ next_at }) => <TimeText time={next_at} /> },
  ]
}

export function AttemptLog({ webhook }: { webhook: Webhook }) {
  const [outcome, setOutcome] = useState<Outcome | undefined>()
  const [shown, setShown] = useState<WebhookAttempt | null>(null)
  const [replaying, { open, close }] = useDisclosure(false)
  const may = useCan('webhooks:write')
  const pages = usePages(
    listWebhookAttempts,
    { params: { id: webhook.id }, query: { outcome } },
    { refetchMs: 5_000 },
  )
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="flex-end">
        <Select
          label="Outcome"
          placeholder="All"
          clearable
          w={150}
          data={[
            { value: 'succeeded', label: 'Succeeded' },
            { value: 'failed', label: 'Failed' },
          ]}
          value={outcome ?? null}
          onChange={(next) => setOutcome((next as Outcome | null) ?? undefined)}
        />
        <Button
          variant="default"
          leftSection={<IconHistory size={14} />}
          disabled={!may || !webhook.enabled}
          onClick={open}
        >
          Replay a span of time
        </Button>
      </Group>
      <Section flush>
        <DataTable
          caption="Attempts"
          pages={pages}
          columns={columnsWith(setShown)}
          rowKey={({ id }) => id}
          empty={
            <EmptyState icon={IconListDetails} title={outcome ? 'None of these' : 'Nothing was sent yet'}>
              {outcome ? undefined : 'Send a test, or wait for something to happen.'}
            </EmptyState>
          }
        />
      </Section>
      <Modal opened={shown !== null} onClose={() => setShown(null)} title="Attempt" size="lg">
        {shown && <AttemptDetails webhook={webhook} attempt={shown} onReplayed={() => setShown(null)} />}
      </Modal>
      <Modal opened={replaying} onClose={close} title="Replay a span of time">
        <ReplaySpan webhook={webhook} onDone={close} />
      </Modal>
    </Stack>
  )
}
