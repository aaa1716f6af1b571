import type { CampaignTiming, LateChoice, MessageTiming } from '@carillon/contract'

/** When each person's turn is, while it is entered; every way keeps what was entered for it. */
export interface TimingDraft {
  turn: 'together' | MessageTiming['kind']
  /** As each person's clock shows: of a message a date and time, of a campaign a time of day. */
  localAt: string
  late: LateChoice
  minutes: number
  withinHours: number
  fallback: string
  /** Null is as fast as it goes. */
  perMinute: number | null
}

export const emptyTiming: TimingDraft = {
  turn: 'together',
  localAt: '',
  late: 'next_day',
  minutes: 60,
  withinHours: 24,
  fallback: '10:00',
  perMinute: null,
}

export function toTiming(draft: TimingDraft): { delivery?: MessageTiming; pace_per_minute?: number } {
  const delivery = deliveryOf(draft)
  return {
    ...(delivery && { delivery }),
    ...(draft.perMinute === null ? {} : { pace_per_minute: draft.perMinute }),
  }
}

function deliveryOf(draft: TimingDraft): MessageTiming | undefined {
  switch (draft.turn) {
    case 'together':
      return undefined
    case 'local_time':
      return { kind: 'local_time', at: draft.localAt, late: draft.late }
    case 'spread':
      return { kind: 'spread', minutes: draft.minutes }
    case 'best_time':
      return { kind: 'best_time', within_hours: draft.withinHours, fallback: draft.fallback }
  }
}

export function timingDraftOf(
  timing: MessageTiming | CampaignTiming | null,
  pace: number | null,
): TimingDraft {
  const empty = { ...emptyTiming, perMinute: pace }
  switch (timing?.kind) {
    case undefined:
      return empty
    case 'local_time':
      return {
        ...empty,
        turn: 'local_time',
        localAt: timing.at,
        ...('late' in timing && { late: timing.late }),
      }
    case 'spread':
      return { ...empty, turn: 'spread', minutes: timing.minutes }
    case 'best_time':
      return {
        ...empty,
        turn: 'best_time',
        withinHours: timing.within_hours,
        fallback: timing.fallback,
      }
  }
}
