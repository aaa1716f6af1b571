import { createWebhook, listWebhooks } from '@carillon/contract'
import { Button, Group, Stack } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useWrite } from '../../shared/server.ts'
import { SecretOnce } from './secret-once.tsx'
import { WebhookForm } from './webhook-form.tsx'

/** The form, then the secret that is shown this once. */
export function NewWebhook() {
  const navigate = useNavigate()
  const create = useWrite(createWebhook, { refreshes: [listWebhooks], showsFailure: true })
  if (!create.data) {
    return (
      <WebhookForm
        first={{ url: '', description: null, types: null }}
        verb="Create"
        saving={create.isPending}
        failure={create.error}
        onSave={(body) => create.mutate({ input: { body } })}
      />
    )
  }
  const { id, secret } = create.data
  return (
    <Stack>
      <SecretOnce secret={secret} />
      <Group justify="flex-end">
        <Button onClick={() => void navigate({ to: '/webhooks/$webhookId', params: { webhookId: id } })}>
          I have copied it
        </Button>
      </Group>
    </Stack>
  )
}
