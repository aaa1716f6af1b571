import { z } from 'zod'
import { lateChoices, repeatUnits, weekdays } from '../words.ts'

/**
 * Wall-clock time in the campaign's zone. One that a change to summer time skips moves forward with the clock;
 * one that comes twice is the first.
 */
export const LocalTime = z
  .string()
  .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/, 'is not a local time such as 2026-11-27T09:00')
  .refine(isOnTheCalendar, 'is not a time between the years 1970 and 9998')

export const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day such as 09:00')

const CalendarDate = z
  .string()
  .regex(/^\d{4}-\d\d-\d\d$/, 'is not a date such as 2026-12-25')
  .refine((date) => isOnTheCalendar(`${date}T00:00`), 'is not a date between the years 1970 and 9998')

/** The most that is handed over within any minute, retries included. */
export const PacePerMinute = z.number().int().min(1).max(1_000_000)

const LocalDelivery = z.strictObject({
  kind: z.literal('local_time'),
  /**
   * What each person's clock shows when it is sent to them: a date and time, or a time of day, which is its next
   * coming after the start. A time that summer time skips is the first moment after the gap; one that comes twice,
   * the first.
   */
  at: z.string().refine(isMomentOrTimeOfDay, 'is not a local time such as 2026-12-01T09:00 or 09:00'),
  /** Of a date and time, for zones where it has passed when the message is accepted. */
  late: z.enum(lateChoices).default('next_day'),
})

const SpreadDelivery = z.strictObject({
  kind: z.literal('spread'),
  /** Evenly over so long after the start. */
  minutes: z.number().int().min(1).max(10_080),
})

const BestTimeDelivery = z.strictObject({
  kind: z.literal('best_time'),
  /** At the hour, of those that come within so long after the start, in which the person opened most in 90 days. */
  within_hours: z.number().int().min(1).max(24).default(24),
  /** By the person's clock, for whoever opened fewer than three; at the start when it does not come within the time. */
  fallback: TimeOfDay.default('10:00'),
})

/** When each person's turn is. The zone is the person's, else the device's, else the workspace's. */
export const MessageTiming = z.discriminatedUnion('kind', [LocalDelivery, SpreadDelivery, BestTimeDelivery])
export type MessageTiming = z.infer<typeof MessageTiming>

/** Of a campaign, which has no one date: a time of day, the next after each look. */
export const CampaignTiming = z.discriminatedUnion('kind', [
  LocalDelivery.omit({ late: true }).extend({ at: TimeOfDay }),
  SpreadDelivery,
  BestTimeDelivery,
])
export type CampaignTiming = z.infer<typeof CampaignTiming>

export const RepeatEvery = z.strictObject({
  every: z.number().int().min(1).max(1_000),
  unit: z.enum(repeatUnits),
})
export type RepeatEvery = z.infer<typeof RepeatEvery>

export const RepeatOn = z
  .strictObject({
    /** Either days of the week or a day of the month; in a shorter month its last day. */
    days: z.array(z.enum(weekdays)).min(1).max(7).optional(),
    day_of_month: z.number().int().min(1).max(31).optional(),
    at: TimeOfDay,
    /** Days on which it does not happen, by the same calendar. */
    except_dates: z.array(CalendarDate).max(400).default([]),
    /** At this time where each person is, instead of in the campaign's zone. */
    local: z.boolean().default(false),
  })
  .refine(({ days, day_of_month }) => (days === undefined) !== (day_of_month === undefined), {
    path: ['days'],
    message: 'give either days or day_of_month',
  })
export type RepeatOn = z.infer<typeof RepeatOn>

/** A round every so often, counted from the campaign's start, or on days of the calendar. */
export const Repeat = z.union([RepeatEvery, RepeatOn])
export type Repeat = z.infer<typeof Repeat>

function isOnTheCalendar(local: string): boolean {
  const year = Number(local.slice(0, 4))
  const at = new Date(`${local}Z`)
  if (year < 1970 || year > 9998 || Number.isNaN(at.getTime())) return false
  return at.toISOString().startsWith(local)
}

function isMomentOrTimeOfDay(at: string): boolean {
  return TimeOfDay.safeParse(at).success || LocalTime.safeParse(at).success
}
