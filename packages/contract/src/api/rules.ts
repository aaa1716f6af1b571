import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { calendarSpans, channels, consentModels, weekdays } from '../words.ts'
import { Id, IdParams, Name, Time } from './shared.ts'

const Channels = z.array(z.enum(channels)).min(1).max(channels.length)

/** `marketing` or `transactional`, which are always there, or a name of your own. */
export const TopicName = z
  .string()
  .regex(
    /^[a-z][a-z0-9_-]{0,47}$/,
    'takes lower-case letters, digits, _ and -, starts with a letter, 48 at most',
  )

/** What a message is about, for caps that count some messages only. */
export const Tag = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/, 'takes letters, digits, _, . and -, 63 at most')
export const Tags = z.array(Tag).max(10)

const topicFields = {
  /** As people read it. */
  title: Name,
  description: z.string().trim().max(500).nullable().default(null),
  /** Whoever denies the purpose denies all its topics; `marketing` unless said. */
  purpose: TopicName.default('marketing'),
  /** `opt_out`: who has said nothing is sent to. `opt_in`: only who has granted it. */
  model: z.enum(consentModels).default('opt_out'),
  /** The channels that it goes by; null: all. On any other nobody gets it. */
  channels: Channels.nullable().default(null),
}

export const Topic = z.object({
  name: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  purpose: z.string(),
  model: z.enum(consentModels),
  channels: z.array(z.enum(channels)).nullable(),
  /** There without being made; a change of it can be taken back, and it cannot be deleted. */
  built_in: z.boolean(),
})
export type Topic = z.infer<typeof Topic>

const TopicParams = z.strictObject({ name: TopicName })

export const listTopics = endpoint({
  id: 'listTopics',
  method: 'GET',
  path: '/v1/topics',
  access: 'settings:read',
  tag: 'Rules',
  status: 200,
  summary: 'The topics that people consent to, by name',
  answer: z.object({ data: z.array(Topic) }),
})
export const getTopic = endpoint({
  id: 'getTopic',
  method: 'GET',
  path: '/v1/topics/{name}',
  access: 'settings:read',
  tag: 'Rules',
  status: 200,
  summary: 'Read a topic',
  params: TopicParams,
  answer: Topic,
})
export const putTopic = endpoint({
  id: 'putTopic',
  method: 'PUT',
  path: '/v1/topics/{name}',
  access: 'settings:write',
  tag: 'Rules',
  status: 200,
  summary: 'Make or replace a topic; holds for everything that has not been handed over',
  params: TopicParams,
  body: z.strictObject(topicFields),
  answer: Topic,
})
export const deleteTopic = endpoint({
  id: 'deleteTopic',
  method: 'DELETE',
  path: '/v1/topics/{name}',
  access: 'settings:write',
  tag: 'Rules',
  status: 204,
  summary: 'Delete a topic; marketing and transactional become again what they were at first',
  params: TopicParams,
})

const most = { minutes: 129_600, hours: 2_160, days: 90 } as const

export const CapWindow = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('rolling'),
      /** The last so many, counted from each send; 90 days at most. */
      length: z.number().int().min(1),
      unit: z.enum(['minutes', 'hours', 'days']),
    })
    .refine(({ length, unit }) => length <= most[unit], {
      path: ['length'],
      message: 'is more than 90 days',
    }),
  /** The day, week (from Monday) or month on the person's own calendar. */
  z.strictObject({ kind: z.literal('calendar'), unit: z.enum(calendarSpans) }),
])
export type CapWindow = z.infer<typeof CapWindow>

export const CapScope = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('all') }),
  z.strictObject({ kind: z.literal('channel'), channel: z.enum(channels) }),
  /** Messages that carry this tag. */
  z.strictObject({ kind: z.literal('tag'), tag: Tag }),
])
export type CapScope = z.infer<typeof CapScope>

const capFields = {
  name: Name,
  /** Messages that a person gets within the window at most. */
  limit: z.number().int().min(1).max(1_000),
  window: CapWindow,
  scope: CapScope,
  /** Whether transactional messages count. */
  counts_transactional: z.boolean(),
  /** Whether transactional messages end here too. */
  binds_transactional: z.boolean(),
  /** A message of high priority takes the place of a lower one that waits for another attempt. */
  displaces: z.boolean(),
}

export const Cap = z.object({ ...capFields, id: Id, name: z.string(), created_at: Time, updated_at: Time })
export type Cap = z.infer<typeof Cap>

export const CapCreate = z.strictObject({
  ...capFields,
  scope: CapScope.default({ kind: 'all' }),
  counts_transactional: z.boolean().default(false),
  binds_transactional: z.boolean().default(false),
  displaces: z.boolean().default(true),
})
export type CapCreate = z.infer<typeof CapCreate>

export const listCaps = endpoint({
  id: 'listCaps',
  method: 'GET',
  path: '/v1/caps',
  access: 'settings:read',
  tag: 'Rules',
  status: 200,
  summary: 'The frequency caps, by name; 50 at most',
  answer: z.object({ data: z.array(Cap) }),
})
export const createCap = endpoint({
  id: 'createCap',
  method: 'POST',
  path: '/v1/caps',
  access: 'settings:write',
  tag: 'Rules',
  status: 201,
  summary: 'Cap how many messages a person gets; the first cap counts what is sent from now on',
  body: CapCreate,
  answer: Cap,
})
export const getCap = endpoint({
  id: 'getCap',
  method: 'GET',
  path: '/v1/caps/{id}',
  access: 'settings:read',
  tag: 'Rules',
  status: 200,
  summary: 'Read a cap',
  params: IdParams,
  answer: Cap,
})
export const patchCap = endpoint({
  id: 'patchCap',
  method: 'PATCH',
  path: '/v1/caps/{id}',
  access: 'settings:write',
  tag: 'Rules',
  status: 200,
  summary: 'Change a cap; holds for everything that has not been handed over',
  params: IdParams,
  body: z.strictObject(capFields).partial(),
  answer: Cap,
})
export const deleteCap = endpoint({
  id: 'deleteCap',
  method: 'DELETE',
  path: '/v1/caps/{id}',
  access: 'settings:write',
  tag: 'Rules',
  status: 204,
  summary: 'Delete a cap',
  params: IdParams,
})

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'is not a time of day such as 22:00')

const quietFields = {
  enabled: z.boolean(),
  /** On the person's own clock. An end before the start is on the next day. */
  start: TimeOfDay,
  end: TimeOfDay,
  /** Days on which quiet hours begin. */
  days: z.array(z.enum(weekdays)).min(1).max(7),
  /** `hold`: sent when they end. `drop`: never. */
  action: z.enum(['hold', 'drop']),
  /** Null: all. */
  channels: Channels.nullable(),
  /** What was held is sent over so many minutes, not all at the same one. */
  release_minutes: z.number().int().min(0).max(720),
  transactional: z.enum(['bypass', 'obey']),
}

export const QuietHours = z.object(quietFields)
export type QuietHours = z.infer<typeof QuietHours>

export const quietHoursAtFirst: QuietHours = {
  enabled: false,
  start: '22:00',
  end: '08:00',
  days: [...weekdays],
  action: 'hold',
  channels: null,
  release_minutes: 30,
  transactional: 'bypass',
}

/** As a change of the settings; what is left out stays. */
export const QuietHoursChange = z
  .strictObject(quietFields)
  .partial()
  .refine(({ start, end }) => start === undefined || start !== end, {
    path: ['end'],
    message: 'is the start too: that would be all day',
  })

export const Holdout = z.object({
  /** Of all people, those who get nothing but transactional messages; 0 is nobody. */
  percent: z.number(),
  /** Who they are follows from it and the user id; another one draws others. */
  salt: z.string(),
})
export type Holdout = z.infer<typeof Holdout>

export const HoldoutChange = z
  .strictObject({ percent: z.number().min(0).max(50), salt: z.string().min(1).max(64) })
  .partial()

/** A topic as a preference centre shows it. */
export const Preference = z.object({
  topic: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  /** By channel: whether messages of the topic are sent to this person as things stand. */
  channels: z.record(z.string(), z.boolean()),
})
export type Preference = z.infer<typeof Preference>

const Preferences = z.object({ data: z.array(Preference) })

export const getPreferences = endpoint({
  id: 'getPreferences',
  method: 'GET',
  path: '/v1/subscriptions/{id}/preferences',
  access: 'device',
  tag: 'Subscriptions',
  status: 200,
  summary: 'What the person of this device agreed to get, for a preference centre',
  params: IdParams,
  answer: Preferences,
})
export const patchPreferences = endpoint({
  id: 'patchPreferences',
  method: 'PATCH',
  path: '/v1/subscriptions/{id}/preferences',
  access: 'device',
  tag: 'Subscriptions',
  status: 200,
  summary: 'Grant or deny topics for the person of this device, as `news` or for a channel as `news:email`',
  params: IdParams,
  body: z.strictObject({
    consents: z
      .record(z.string().min(1).max(64), z.enum(['granted', 'denied']))
      .refine((consents) => Object.keys(consents).length <= 100, 'has more than 100 entries'),
  }),
  answer: Preferences,
})
