import {
  deleteWebhook,
  getWebhook,
  listWebhooks,
  patchWebhook,
  rotateWebhookSecret,
  type Webhook,
} from '@carillon/contract'
import { Button, Group, Modal, Stack } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { moment } from '../../shared/format.ts'
import { Facts, Section } from '../../shared/page.tsx'
import { useCan, useWrite } from '../../shared/server.ts'
import { SecretOnce } from './secret-once.tsx'
import { WebhookForm } from './webhook-form.tsx'

export function WebhookSettings({ webhook }: { webhook: Webhook }) {
  const save = useWrite(patchWebhook, {
    refreshes: [getWebhook, listWebhooks],
    said: 'The webhook is saved.',
    showsFailure: true,
  })
  return (
    <Stack>
      <Section title="Where and what">
        <WebhookForm
          key={webhook.updated_at}
          first={webhook}
          verb="Save"
          saving={save.isPending}
          failure={save.error}
          onSave={(body) => save.mutate({ input: { params: { id: webhook.id }, body } })}
        />
      </Section>
      <Secret webhook={webhook} />
      <Section title="Delete" actions={<Delete webhook={webhook} />}>
        Its log goes with it. Events stay in the stream.
      </Section>
    </Stack>
  )
}

function Secret({ webhook }: { webhook: Webhook }) {
  const may = useCan('webhooks:write')
  const rotate = useWrite(rotateWebhookSecret, { refreshes: [getWebhook, listWebhooks] })
  const button = (
    <ConfirmButton
      disabled={!may}
      title="Make a new secret?"
      consequence="For 24 hours both sign every event, so that your server can change over. What signed before the present one stops at once."
      verb="Make it"
      onConfirm={() => rotate.mutateAsync({ input: { params: { id: webhook.id } } })}
    >
      New secret
    </ConfirmButton>
  )
  return (
    <Section title="Secret" actions={button}>
      <Facts
        facts={[
          ['Shown', 'Only when it is made'],
          ['Old one signs', webhook.old_secret_until && `until ${moment(webhook.old_secret_until)}`],
        ]}
      />
      <Modal opened={rotate.data !== undefined} onClose={rotate.reset} title="New secret">
        <Stack>
          {rotate.data && <SecretOnce secret={rotate.data.secret} />}
          <Group justify="flex-end">
            <Button onClick={rotate.reset}>I have copied it</Button>
          </Group>
        </Stack>
      </Modal>
    </Section>
  )
}

function Delete({ webhook }: { webhook: Webhook }) {
  const navigate = useNavigate()
  const may = useCan('webhooks:write')
  const remove = useWrite(deleteWebhook, { refreshes: [listWebhooks], said: 'The webhook is deleted.' })
  return (
    <ConfirmButton
      disabled={!may}
      title="Delete this webhook?"
      consequence="It goes with its log, and what waits to be sent again is not sent. This cannot be undone."
      verb="Delete"
      onConfirm={async () => {
        await remove.mutateAsync({ input: { params: { id: webhook.id } } })
        await navigate({ to: '/webhooks' })
      }}
    >
      Delete
    </ConfirmButton>
  )
}
