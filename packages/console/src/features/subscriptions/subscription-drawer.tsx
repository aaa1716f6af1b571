import {
  deleteSubscription,
  getApp,
  getSubscription,
  listSubscriptions,
  patchSubscription,
  type Subscription,
} from '@carillon/contract'
import { Button, Drawer, Group, Stack, Text } from '@mantine/core'
import { ConfirmButton } from '../../shared/confirm-button.tsx'
import { Copyable } from '../../shared/copyable.tsx'
import { words } from '../../shared/format.ts'
import { ButtonLink, TextLink } from '../../shared/links.tsx'
import { Facts } from '../../shared/page.tsx'
import { PlatformLabel } from '../../shared/platforms.tsx'
import { useCan, useRead, useWrite } from '../../shared/server.ts'
import { Loaded } from '../../shared/states.tsx'
import { StatusPill } from '../../shared/status-pill.tsx'
import { TimeText } from '../../shared/time-text.tsx'

interface SubscriptionDrawerProps {
  subscriptionId: string | undefined
  onClose: () => void
}

export function SubscriptionDrawer({ subscriptionId, onClose }: SubscriptionDrawerProps) {
  return (
    <Drawer opened={Boolean(subscriptionId)} onClose={onClose} title="Subscription">
      {subscriptionId && <Details subscriptionId={subscriptionId} onDeleted={onClose} />}
    </Drawer>
  )
}

function Details({ subscriptionId, onDeleted }: { subscriptionId: string; onDeleted: () => void }) {
  const query = useRead(getSubscription, { params: { id: subscriptionId } })
  return (
    <Loaded query={query}>
      {(subscription) => (
        <Stack>
          <Facts facts={subscriptionFacts(subscription)} />
          <StatusSentence subscription={subscription} />
          <Actions subscription={subscription} onDeleted={onDeleted} />
        </Stack>
      )}
    </Loaded>
  )
}

function subscriptionFacts(s: Subscription) {
  return [
    ['Status', <StatusPill key="status" status={s.status} />],
    ['Last provider answer', s.status_reason],
    ['Platform', <PlatformLabel key="platform" platform={s.platform} />],
    ['Environment', words(s.environment)],
    ['App', <AppName key="app" appId={s.app_id} />],
    [
      'User',
      s.user_id && (
        <TextLink key="user" to="/users/$userId" params={{ userId: s.user_id }}>
          {s.reconciliation_value ?? s.user_id}
        </TextLink>
      ),
    ],
    ['Reconciliation value', s.reconciliation_value],
    ['Permission', words(s.permission)],
    ['Device', s.device_name],
    ['Device id', s.device_id],
    ['Token', <Copyable key="token" value={s.token} label="Copy the shortened token" />],
    ['Locale', s.locale],
    ['Time zone', s.timezone],
    ['App version', s.app_version],
    ['Registered', <TimeText key="registered" time={s.registered_at} />],
    ['First seen', <TimeText key="created" time={s.created_at} />],
    ['Subscription id', <Copyable key="id" value={s.id} label="Copy the subscription id" />],
  ] as const
}

function AppName({ appId }: { appId: string }) {
  const app = useRead(getApp, { params: { id: appId } }).data
  return (
    <TextLink to="/apps/$appId" params={{ appId }}>
      {app?.name ?? appId}
    </TextLink>
  )
}

const sentences: Record<Subscription['status'], string> = {
  active: 'It may be sent to, if its permission allows it.',
  unsubscribed: 'Switched off by the person or an operator: it is excluded from every send.',
  retired: 'The provider said that this token is dead. It comes back when the device registers again.',
  suspect: 'It looked dead in a round where too many did; it is held until somebody reviews the suspects.',
}

function StatusSentence({ subscription }: { subscription: Subscription }) {
  return <Text c="dimmed">{sentences[subscription.status]}</Text>
}

function Actions({ subscription, onDeleted }: { subscription: Subscription; onDeleted: () => void }) {
  const { id, status } = subscription
  const may = useCan('users:write')
  const change = useWrite(patchSubscription, { refreshes: [getSubscription, listSubscriptions] })
  const remove = useWrite(deleteSubscription, {
    refreshes: [listSubscriptions],
    said: 'The subscription is deleted.',
  })
  const setStatus = (next: 'active' | 'unsubscribed') =>
    change.mutate({ input: { params: { id }, body: { status: next } } })
  return (
    <Group gap="xs">
      <ButtonLink to="/compose" search={{ subscription_id: id, app_id: subscription.app_id }}>
        Write to this device
      </ButtonLink>
      {status === 'unsubscribed' && (
        <Button
          variant="default"
          disabled={!may}
          loading={change.isPending}
          onClick={() => setStatus('active')}
        >
          Activate
        </Button>
      )}
      {status === 'active' && (
        <Button
          variant="default"
          disabled={!may}
          loading={change.isPending}
          onClick={() => setStatus('unsubscribed')}
        >
          Unsubscribe
        </Button>
      )}
      <ConfirmButton
        disabled={!may}
        title="Delete this subscription?"
        consequence="The device is not reached until it registers again. What was sent to it stays in the reports."
        verb="Delete"
        onConfirm={async () => {
          await remove.mutateAsync({ input: { params: { id } } })
          onDeleted()
        }}
      >
        Delete
      </ConfirmButton>
    </Group>
  )
}
