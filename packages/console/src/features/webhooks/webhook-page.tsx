import {
  getWebhook,
  listWebhookAttempts,
  listWebhooks,
  patchWebhook,
  testWebhook,
  type Webhook,
} from '@carillon/contract'
import { Alert, Button, Stack, Tabs } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconSend } from '@tabler/icons-react'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { moment } from '../../shared/format.ts'
import { BackLink } from '../../shared/links.tsx'
import { Page } from '../../shared/page.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { AttemptLog } from './attempt-log.tsx'
import { outcomeText } from './attempt-outcome.tsx'
import { WebhookSettings } from './webhook-settings.tsx'
import { WebhookStatus } from './webhook-status.tsx'

const route = getRouteApi('/shell/webhooks/$webhookId')

export function WebhookPage() {
  const { webhookId } = route.useParams()
  const query = useRead(getWebhook, { params: { id: webhookId } }, { refetchMs: 5_000 })
  return (
    <Page
      title={query.data ? new URL(query.data.url).host : 'Webhook'}
      back={<BackLink to="/webhooks">Webhooks</BackLink>}
      beside={query.data && <WebhookStatus webhook={query.data} />}
      description={query.data?.description}
      actions={query.data && <Actions webhook={query.data} />}
    >
      <Loaded query={query}>
        {(webhook) => (
          <Stack>
            <Trouble webhook={webhook} />
            <WebhookTabs webhook={webhook} />
          </Stack>
        )}
      </Loaded>
    </Page>
  )
}

/** What stands in the way, and what to do about it. */
function Trouble({ webhook }: { webhook: Webhook }) {
  if (!webhook.enabled && webhook.disabled_reason) {
    return (
      <Alert color="red" title="It was disabled by itself">
        {webhook.disabled_detail} Enabled again, it goes on where it stopped.
      </Alert>
    )
  }
  if (!webhook.enabled || !webhook.failing_since) return null
  return (
    <Alert color="yellow" title={`Nothing got through since ${moment(webhook.failing_since)}`}>
      {webhook.held_until
        ? `The next try is at ${moment(webhook.held_until)}; what happens meanwhile waits.`
        : 'What failed is tried again, for three days.'}
    </Alert>
  )
}

function WebhookTabs({ webhook }: { webhook: Webhook }) {
  const { tab = 'log' } = route.useSearch()
  const navigate = useNavigate()
  return (
    <Tabs
      value={tab}
      onChange={(next) =>
        void navigate({
          to: '/webhooks/$webhookId',
          params: { webhookId: webhook.id },
          search: { tab: next as typeof tab },
        })
      }
      keepMounted={false}
    >
      <Tabs.List mb="md">
        <Tabs.Tab value="log">Log</Tabs.Tab>
        <Tabs.Tab value="settings">Settings</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="log">
        <AttemptLog webhook={webhook} />
      </Tabs.Panel>
      <Tabs.Panel value="settings" maw={820}>
        <WebhookSettings webhook={webhook} />
      </Tabs.Panel>
    </Tabs>
  )
}

function Actions({ webhook }: { webhook: Webhook }) {
  const may = useCan('webhooks:write')
  const input = { params: { id: webhook.id } }
  const test = useWrite(testWebhook, { refreshes: [listWebhookAttempts] })
  const switchTo = useWrite(patchWebhook, {
    refreshes: [getWebhook, listWebhooks],
    said: webhook.enabled ? 'The webhook is disabled.' : 'The webhook is enabled.',
  })
  const change = (enabled: boolean) => switchTo.mutateAsync({ input: { ...input, body: { enabled } } })
  const sendTest = () =>
    test.mutate(
      { input },
      {
        onSuccess: (attempt) =>
          notifications.show({
            color: attempt.succeeded ? 'green' : 'red',
            title: attempt.succeeded ? 'The test arrived' : 'The test failed',
            message: outcomeText(attempt),
          }),
      },
    )
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconSend size={14} />}
        disabled={!may}
        loading={test.isPending}
        onClick={sendTest}
      >
        Send a test
      </Button>
      {webhook.enabled ? (
        <ConfirmButton
          disabled={!may}
          title="Disable this webhook?"
          consequence="Nothing is sent until you enable it again; then it goes on where it stopped, as far back as the event log reaches."
          verb="Disable"
          onConfirm={() => change(false)}
        >
          Disable
        </ConfirmButton>
      ) : (
        <Button
          disabled={!may}
          loading={switchTo.isPending}
          onClick={() => void change(true).catch(() => {})}
        >
          Enable
        </Button>
      )}
    </>
  )
}
