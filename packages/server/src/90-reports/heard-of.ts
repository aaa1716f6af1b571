import type { InteractionType } from '@carillon/contract'

/** What was heard of a delivery after its provider took it; `ok` is false where it did not arrive. */
export const heardOf: Record<InteractionType, { ok: boolean; detail: string }> = {
  received: { ok: true, detail: 'The device reported received.' },
  opened: { ok: true, detail: 'The device reported opened.' },
  clicked: { ok: true, detail: 'The device reported clicked.' },
  action: { ok: true, detail: 'The device reported action.' },
  dismissed: { ok: true, detail: 'The device reported dismissed.' },
  delivered: { ok: true, detail: 'The provider reported that it reached the phone.' },
  undelivered: { ok: false, detail: 'The provider reported that it did not reach the phone.' },
  bounced: { ok: false, detail: 'A mail server sent it back.' },
  complained: { ok: true, detail: 'The person reported it as spam.' },
  unsubscribed: { ok: true, detail: 'The person unsubscribed.' },
}
