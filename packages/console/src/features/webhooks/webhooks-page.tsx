import { listWebhooks, type Webhook } from '@carillon/contract'
import { Button, Modal, Stack, Text } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconWebhook } from '@tabler/icons-react'
import { type Column, DataTable } from '../../shared/data-table.tsx'
import { count } from '../../shared/format.ts'
import { RowLink } from '../../shared/links.tsx'
import { Page, Section } from '../../shared/page.tsx'
import { useCan, usePages } from '../../shared/server.ts'
import { EmptyState } from '../../shared/states.tsx'
import { TimeText } from '../../shared/time-text.tsx'
import { NewWebhook } from './new-webhook.tsx'
import { WebhookStatus } from './webhook-status.tsx'

const columns: Column<Webhook>[] = [
  {
    title: 'Address',
    render: (webhook) => (
      <Stack gap={0}>
        <RowLink to="/webhooks/$webhookId" params={{ webhookId: webhook.id }}>
          <span style={{ overflowWrap: 'anywhere' }}>{webhook.url}</span>
        </RowLink>
        <Text c="dimmed" size="xs" lineClamp={1}>
          {webhook.description}
        </Text>
      </Stack>
    ),
  },
  { title: 'Status', render: (webhook) => <WebhookStatus webhook={webhook} /> },
  {
    title: 'Events',
    from: 'sm',
    render: ({ types }) => (types ? `${count(types.length)} of the types` : 'Every type'),
  },
  { title: 'Waiting', numeric: true, from: 'sm', render: ({ retrying }) => count(retrying) },
  {
    title: 'Last success',
    from: 'xs',
    render: ({ last_success_at }) => <TimeText time={last_success_at} />,
  },
]

export function WebhooksPage() {
  const pages = usePages(listWebhooks, {}, { refetchMs: 5_000 })
  const [opened, { open, close }] = useDisclosure(false)
  const may = useCan('webhooks:write')
  const create = (
    <Button leftSection={<IconPlus size={15} />} onClick={open} disabled={!may}>
      New webhook
    </Button>
  )
  return (
    <Page
      title="Webhooks"
      description="What happens here, sent to your own server as it happens, signed by Standard Webhooks."
      actions={create}
    >
      <Section flush>
        <DataTable
          caption="Webhooks"
          pages={pages}
          columns={columns}
          rowKey={({ id }) => id}
          empty={
            <EmptyState icon={IconWebhook} title="No webhooks yet" action={create}>
              Messages, deliveries, opens and lost devices are told to an https address of yours, and told
              again until it has taken them.
            </EmptyState>
          }
        />
      </Section>
      <Modal opened={opened} onClose={close} title="New webhook" size="lg">
        <NewWebhook />
      </Modal>
    </Page>
  )
}
