import { type AuditEntry, endpoints } from '@carillon/contract'

const verbs: Record<string, string> = { put: 'Change', patch: 'Change' }

/** `patchUser` as `Change user`. */
export function actionWords(action: string): string {
  const [verb = '', ...rest] = action.split(/(?=[A-Z])/)
  const first = verbs[verb] ?? verb.charAt(0).toUpperCase() + verb.slice(1)
  return [first, ...rest.map((word) => word.toLowerCase())].join(' ')
}

/** Everything that can stand in the audit, by the words that people read. */
export function actionChoices(): { value: string; label: string }[] {
  return endpoints
    .filter(({ method, access }) => method !== 'GET' && !access.endsWith(':read'))
    .map(({ id }) => ({ value: id, label: actionWords(id) }))
    .sort((a, b) => a.label.localeCompare(b.label))
}

export interface AuditSearch {
  actor?: string
  action?: string
  resource?: string
  /** Days, as `2026-01-31`, in the reader's own zone. */
  from?: string
  to?: string
  /** The entry whose details are shown. */
  open?: string
}

/** What the server is asked: the last day counts whole. */
export function filterOf({ actor, action, resource, from, to }: AuditSearch) {
  return { actor, action, resource, from: startOf(from, 0), to: startOf(to, 1) }
}

function startOf(day: string | undefined, daysLater: number): string | undefined {
  const [year, month, date] = (day ?? '').split('-').map(Number)
  if (!year || !month || !date) return undefined
  const start = new Date(year, month - 1, date + daysLater)
  return Number.isNaN(start.getTime()) ? undefined : start.toISOString()
}

/** `apps …1a2b3c4d`, or the kind alone. */
export function thingWords({ kind, id }: AuditEntry['resource']): string {
  return id ? `${kind} …${id.slice(-8)}` : kind
}
