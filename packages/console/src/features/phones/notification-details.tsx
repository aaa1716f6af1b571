import { getDelivery, getMessage } from '@carillon/contract'
import { Stack, Text } from '@mantine/core'
import { Copyable, JsonBlock } from '../../shared/copyable.tsx'
import { moment } from '../../shared/format.ts'
import { TextLink } from '../../shared/links.tsx'
import { Facts } from '../../shared/page.tsx'
import type { Phone, PhoneNotification } from '../../shared/sandbox.ts'
import { useRead } from '../../shared/server.ts'

interface NotificationDetailsProps {
  phone: Phone
  notification: PhoneNotification
}

/** Exactly what the provider took: nothing here is made up by the console. */
export function NotificationDetails({ phone, notification }: NotificationDetailsProps) {
  const { delivery_id, received_at, raw, headers } = notification
  return (
    <Stack>
      <Facts
        facts={[
          ['Arrived', moment(received_at)],
          ['App', phone.app],
          ['Message', delivery_id && <MessageLink key="m" deliveryId={delivery_id} />],
          [
            'Delivery id',
            delivery_id && <Copyable key="d" value={delivery_id} label="Copy the delivery id" />,
          ],
        ]}
      />
      <Text fw={500}>Payload</Text>
      <JsonBlock value={raw} label="Copy the payload" />
      <Text fw={500}>Headers</Text>
      <JsonBlock value={headers} label="Copy the headers" />
    </Stack>
  )
}

export function MessageLink({ deliveryId }: { deliveryId: string }) {
  const delivery = useRead(getDelivery, { params: { id: deliveryId } })
  const messageId = delivery.data?.message_id
  const message = useRead(
    getMessage,
    { params: { id: messageId ?? '' } },
    { enabled: messageId !== undefined },
  )
  if (delivery.error) return <Text c="dimmed">Not one of this server's</Text>
  if (!messageId) return <Text c="dimmed">Looking</Text>
  return (
    <TextLink to="/messages/$messageId" params={{ messageId }}>
      {message.data?.title ?? messageId}
    </TextLink>
  )
}
