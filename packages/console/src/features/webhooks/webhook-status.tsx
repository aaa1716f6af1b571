import type { Webhook } from '@carillon/contract'
import { Badge } from '@mantine/core'

type State = 'delivering' | 'retrying' | 'held' | 'off' | 'gone' | 'failing' | 'secret_unreadable'

const states: Record<State, { label: string; color: string }> = {
  delivering: { label: 'Delivering', color: 'green' },
  retrying: { label: 'Retrying', color: 'yellow' },
  held: { label: 'On hold', color: 'yellow' },
  off: { label: 'Disabled', color: 'gray' },
  gone: { label: 'Disabled: gone', color: 'red' },
  failing: { label: 'Disabled: failing', color: 'red' },
  secret_unreadable: { label: 'Disabled: secret', color: 'red' },
}

function stateOf({ enabled, disabled_reason, held_until, failing_since }: Webhook): State {
  if (!enabled) return disabled_reason ?? 'off'
  if (held_until) return 'held'
  return failing_since ? 'retrying' : 'delivering'
}

export function WebhookStatus({ webhook }: { webhook: Webhook }) {
  const { label, color } = states[stateOf(webhook)]
  return (
    <Badge color={color} miw="max-content">
      {label}
    </Badge>
  )
}
