import type {
  AppStatus,
  CampaignStatus,
  EventDefinitionStatus,
  MessageStatus,
  Outcome,
  SubscriptionStatus,
} from '@carillon/contract'
import { Badge } from '@mantine/core'
import { words } from './format.ts'

type Status =
  | AppStatus
  | CampaignStatus
  | EventDefinitionStatus
  | MessageStatus
  | SubscriptionStatus
  | Outcome
  | 'pending'

const colors: Record<Status, string> = {
  draft: 'gray',
  running: 'bell',
  completed: 'green',
  terminated: 'gray',
  accepted: 'gray',
  scheduled: 'blue',
  sending: 'bell',
  paused: 'yellow',
  finished: 'green',
  cancelled: 'gray',
  expired: 'gray',
  published: 'green',
  unpublished: 'gray',
  active: 'green',
  inactive: 'gray',
  unsubscribed: 'gray',
  retired: 'red',
  suspect: 'yellow',
  sent: 'green',
  failed: 'red',
  excluded: 'gray',
  pending: 'gray',
}

export function StatusPill({ status }: { status: Status }) {
  return (
    <Badge color={colors[status]} miw="max-content">
      {words(status)}
    </Badge>
  )
}
