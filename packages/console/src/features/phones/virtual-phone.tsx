import { createInteractions } from '@carillon/contract'
import { Button, Drawer, Group, Stack, Text, useComputedColorScheme } from '@mantine/core'
import { useState } from 'react'
import { DeviceFrame } from '../../shared/devices/device-frame.tsx'
import { NotificationCard } from '../../shared/devices/notification-card.tsx'
import { ago, count, counted } from '../../shared/format.ts'
import { PlatformLabel } from '../../shared/platforms.tsx'
import { markOnPhone, type Phone, type PhoneNotification } from '../../shared/sandbox.ts'
import { showFailure, useWrite } from '../../shared/server.ts'
import { NotificationDetails } from './notification-details.tsx'
import { useAppOf } from './provider-name.ts'

/** Enough to scroll through; the sandbox itself keeps fifty. */
const shownOnScreen = 12

export function VirtualPhone({ phone }: { phone: Phone }) {
  const scheme = useComputedColorScheme('light')
  const [details, setDetails] = useState<PhoneNotification>()
  const newestFirst = phone.notifications.slice(-shownOnScreen).reverse()
  return (
    <Stack gap="xs" align="center">
      <Group gap="xs" wrap="nowrap" maw="100%">
        <PlatformLabel platform={phone.platform} />
        <Text fw={600} truncate>
          {phone.name ?? `Phone …${phone.id.slice(-6)}`}
        </Text>
        <Text c="dimmed" style={{ flex: 'none' }} title={counted(phone.notifications.length, 'notification')}>
          {count(phone.notifications.length)}
        </Text>
      </Group>
      <DeviceFrame platform={phone.platform} scheme={scheme} tall>
        <Stack
          gap={8}
          aria-live="polite"
          role="log"
          aria-label={`Notifications on ${phone.name ?? 'this phone'}`}
        >
          {newestFirst.map((notification) => (
            <Arrived
              key={notification.id}
              phone={phone}
              notification={notification}
              onDetails={() => setDetails(notification)}
            />
          ))}
          {newestFirst.length === 0 && (
            <Text ta="center" c="inherit">
              Nothing has arrived yet.
            </Text>
          )}
        </Stack>
      </DeviceFrame>
      <Drawer opened={Boolean(details)} onClose={() => setDetails(undefined)} title="What arrived">
        {details && <NotificationDetails phone={phone} notification={details} />}
      </Drawer>
    </Stack>
  )
}

interface ArrivedProps {
  phone: Phone
  notification: PhoneNotification
  onDetails: () => void
}

/** A notification with what its owner may do about it. */
function Arrived({ phone, notification, onDetails }: ArrivedProps) {
  const act = useAct(phone, notification)
  const app = useAppOf(phone)
  const done = notification.interactions.map(({ type, action_id }) => action_id ?? type)
  return (
    <Stack gap={4}>
      <NotificationCard
        platform={phone.platform}
        shown={notification}
        appName={app?.name ?? phone.app}
        icon={notification.icon ?? app?.icon}
        expanded
        onButton={(id) => act({ type: 'action', action_id: id })}
      />
      <Text size="xs" c="inherit" px={4}>
        {[ago(notification.received_at), ...done].join(' · ')}
      </Text>
      <Group gap={4}>
        {(['opened', 'clicked', 'dismissed'] as const).map((type) => (
          <Button
            key={type}
            size="compact-xs"
            variant="default"
            disabled={done.includes(type)}
            onClick={() => act({ type })}
          >
            {actLabels[type]}
          </Button>
        ))}
        <Button size="compact-xs" variant="default" onClick={onDetails}>
          Payload
        </Button>
      </Group>
    </Stack>
  )
}

const actLabels = { opened: 'Open', clicked: 'Click', dismissed: 'Dismiss' }

/** Reports it as the SDK on a device would, and marks it on the virtual phone. */
function useAct(phone: Phone, notification: PhoneNotification) {
  const report = useWrite(createInteractions)
  return (act: { type: 'opened' | 'clicked' | 'dismissed' | 'action'; action_id?: string }) => {
    const { delivery_id } = notification
    if (delivery_id) report.mutate({ input: { body: { delivery_id, ...act } } })
    markOnPhone(phone.id, notification.id, act).catch(showFailure)
  }
}
