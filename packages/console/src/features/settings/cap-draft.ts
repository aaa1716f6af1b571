import type { BodyInputOf, CalendarSpan, Cap, Channel, createCap } from '@carillon/contract'

type Unit = 'minutes' | 'hours' | 'days'

/** Every kind of window and scope keeps what was entered, so that looking at another one loses nothing. */
export interface CapDraft {
  name: string
  limit: number
  window: 'rolling' | CalendarSpan
  length: number
  unit: Unit
  scope: 'all' | 'channel' | 'tag'
  channel: Channel
  tag: string
  countsTransactional: boolean
  bindsTransactional: boolean
  displaces: boolean
}

export const emptyCap: CapDraft = {
  name: '',
  limit: 2,
  window: 'rolling',
  length: 24,
  unit: 'hours',
  scope: 'all',
  channel: 'push',
  tag: '',
  countsTransactional: false,
  bindsTransactional: false,
  displaces: true,
}

export function capDraftOf({ name, limit, window, scope, ...cap }: Cap): CapDraft {
  return {
    ...emptyCap,
    name,
    limit,
    ...(window.kind === 'calendar'
      ? { window: window.unit }
      : { window: 'rolling', length: window.length, unit: window.unit }),
    ...(scope.kind === 'channel' ? { scope: 'channel', channel: scope.channel } : {}),
    ...(scope.kind === 'tag' ? { scope: 'tag', tag: scope.tag } : {}),
    countsTransactional: cap.counts_transactional,
    bindsTransactional: cap.binds_transactional,
    displaces: cap.displaces,
  }
}

export function toCap(draft: CapDraft): BodyInputOf<typeof createCap> {
  const { name, limit, window, length, unit, scope, channel, tag } = draft
  return {
    name,
    limit,
    window: window === 'rolling' ? { kind: 'rolling', length, unit } : { kind: 'calendar', unit: window },
    scope:
      scope === 'all' ? { kind: scope } : scope === 'tag' ? { kind: scope, tag } : { kind: scope, channel },
    counts_transactional: draft.countsTransactional,
    binds_transactional: draft.bindsTransactional,
    displaces: draft.displaces,
  }
}
