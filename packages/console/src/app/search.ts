import {
  type CampaignStatus,
  campaignStatuses,
  type EventDefinitionStatus,
  eventDefinitionStatuses,
  type InboundKind,
  inboundKinds,
  type MessageStatus,
  messageStatuses,
  outcomes,
  type Platform,
  platforms,
  type SubscriptionStatus,
  subscriptionStatuses,
} from '@carillon/contract'

/** Addresses are read as plain text: `?search=42` stays the text 42. */
export function parseSearch(text: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(text))
}

export function stringifySearch(search: Record<string, unknown>): string {
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(search)) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value))
  }
  const text = params.toString()
  return text ? `?${text}` : ''
}

type Search = Record<string, unknown>

// What the address of each page may say; anything else in it is dropped rather than trusted.
export const nextSearch = (search: Search): { next?: string } => ({ next: text(search.next) })

/** `import`: the job whose progress is shown, or `new`. */
export const usersSearch = (search: Search): { search?: string; import?: string } => ({
  search: text(search.search),
  import: text(search.import),
})

export function tabSearch<const Tab extends string>(tabs: readonly Tab[]) {
  return (search: Search): { tab?: Tab } => ({ tab: oneOf(tabs, search.tab) })
}

interface SubscriptionFilter {
  app_id?: string
  platform?: Platform
  status?: SubscriptionStatus
  user_id?: string
  /** The subscription whose details are open. */
  open?: string
}
export const subscriptionSearch = (search: Search): SubscriptionFilter => ({
  app_id: text(search.app_id),
  platform: oneOf(platforms, search.platform),
  status: oneOf(subscriptionStatuses, search.status),
  user_id: text(search.user_id),
  open: text(search.open),
})

export const inboundSearch = (search: Search): { kind?: InboundKind } => ({
  kind: oneOf(inboundKinds, search.kind),
})

interface PassFilter {
  app_id?: string
  user_id?: string
  /** The pass whose details are open. */
  open?: string
}
export const passSearch = (search: Search): PassFilter => ({
  app_id: text(search.app_id),
  user_id: text(search.user_id),
  open: text(search.open),
})

interface MessageFilter {
  app_id?: string
  status?: MessageStatus
}
export const messageSearch = (search: Search): MessageFilter => ({
  app_id: text(search.app_id),
  status: oneOf(messageStatuses, search.status),
})

interface CampaignFilter {
  search?: string
  status?: CampaignStatus
  app_id?: string
}
export const campaignSearch = (search: Search): CampaignFilter => ({
  search: text(search.search),
  status: oneOf(campaignStatuses, search.status),
  app_id: text(search.app_id),
})

/** `month`: such as 2026-11. */
export const calendarSearch = (search: Search): { month?: string } => ({ month: text(search.month) })

const messageTabs = ['progress', 'experiment', 'recipients', 'content'] as const
const recipientStatuses = ['pending', ...outcomes] as const
interface MessagePageSearch {
  tab?: (typeof messageTabs)[number]
  status?: (typeof recipientStatuses)[number]
  reason?: string
}
export const messagePageSearch = (search: Search): MessagePageSearch => ({
  tab: oneOf(messageTabs, search.tab),
  status: oneOf(recipientStatuses, search.status),
  reason: text(search.reason),
})

interface ComposeSearch {
  app_id?: string
  template_id?: string
  segment_id?: string
  user_id?: string
  subscription_id?: string
  /** A message to start from. */
  from?: string
}
export const composeSearch = (search: Search): ComposeSearch => ({
  app_id: text(search.app_id),
  template_id: text(search.template_id),
  segment_id: text(search.segment_id),
  user_id: text(search.user_id),
  subscription_id: text(search.subscription_id),
  from: text(search.from),
})

interface AuditPageSearch {
  actor?: string
  action?: string
  resource?: string
  /** Days, as `2026-01-31`. */
  from?: string
  to?: string
  /** The entry whose details are shown. */
  open?: string
}
export const auditSearch = (search: Search): AuditPageSearch => ({
  actor: text(search.actor),
  action: text(search.action),
  resource: text(search.resource),
  from: text(search.from),
  to: text(search.to),
  open: text(search.open),
})

interface EventsSearch {
  app_id?: string
  status?: EventDefinitionStatus
  type?: string
  search?: string
  /** Set while the import dialog is open. */
  import?: string
}
export const eventsSearch = (search: Search): EventsSearch => ({
  app_id: text(search.app_id),
  status: oneOf(eventDefinitionStatuses, search.status),
  type: text(search.type),
  search: text(search.search),
  import: text(search.import),
})

export const versionSearch = (search: Search): { version?: string } => ({ version: text(search.version) })

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

function oneOf<const T extends string>(choices: readonly T[], value: unknown): T | undefined {
  return choices.find((choice) => choice === value)
}
