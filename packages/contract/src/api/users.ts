import { z } from 'zod'
import { Cors, CorsChange } from '../cors.ts'
import { endpoint } from '../endpoint.ts'
import { attributeTypes } from '../words.ts'
import { Holdout, HoldoutChange, QuietHours, QuietHoursChange } from './rules.ts'
import { Id, IdParams, JsonValue, Locale, PageQuery, pageOf, Time, TimeZone } from './shared.ts'
import { SmsReplies, SmsRepliesChange } from './sms.ts'

export const AttributeName = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_]{0,62}$/, 'takes letters, digits and _, starts with a letter, 63 at most')

export const AttributeValue = z.union([z.string().max(2_000), z.number(), z.boolean(), z.null()])
export type AttributeValue = z.infer<typeof AttributeValue>

const Attributes = z
  .record(AttributeName, AttributeValue)
  .refine((attributes) => Object.keys(attributes).length <= 200, 'has more than 200 attributes')

export const Consent = z.enum(['granted', 'denied'])

export const User = z.object({
  id: Id,
  attributes: z.record(z.string(), AttributeValue),
  identifiers: z.record(z.string(), z.string()),
  timezone: z.string().nullable(),
  locale: z.string().nullable(),
  consents: z.record(z.string(), Consent),
  subscriptions: z.number(),
  created_at: Time,
  updated_at: Time,
})
export type User = z.infer<typeof User>

const userFields = {
  /** The person's ids in your own systems, such as `{crm: "42"}`; one person per value. */
  identifiers: z.record(AttributeName, z.string().min(1).max(255)).optional(),
  attributes: Attributes.default({}),
  timezone: TimeZone.nullable().optional(),
  locale: Locale.nullable().optional(),
  /** By topic or purpose, as `news`, or by topic and channel, as `news:email`; null forgets one. */
  consents: z.record(z.string().min(1).max(64), Consent.nullable()).optional(),
}

export const UserCreate = z.strictObject(userFields)
export type UserCreate = z.infer<typeof UserCreate>

/** Attributes merge; null removes one (JSON Merge Patch, RFC 7396). */
export const UserPatch = z.strictObject({ ...userFields, attributes: Attributes.optional() })
export type UserPatch = z.infer<typeof UserPatch>

export const listUsers = endpoint({
  id: 'listUsers',
  method: 'GET',
  path: '/v1/users',
  access: 'users:read',
  tag: 'Users',
  status: 200,
  summary: 'List users, newest first',
  query: PageQuery.extend({ search: z.string().max(200).optional() }),
  answer: pageOf(User),
})
export const createUser = endpoint({
  id: 'createUser',
  method: 'POST',
  path: '/v1/users',
  access: 'users:write',
  tag: 'Users',
  status: 201,
  summary: 'Create a user',
  body: UserCreate,
  answer: User,
})
export const getUser = endpoint({
  id: 'getUser',
  method: 'GET',
  path: '/v1/users/{id}',
  access: 'users:read',
  tag: 'Users',
  status: 200,
  summary: 'Read a user',
  params: IdParams,
  answer: User,
})
export const getUserBy = endpoint({
  id: 'getUserBy',
  method: 'GET',
  path: '/v1/users/by/{attribute}/{value}',
  access: 'users:read',
  tag: 'Users',
  status: 200,
  summary: 'Find the one user with this attribute or identifier; 409 names candidates when there are several',
  params: z.strictObject({ attribute: AttributeName, value: z.string().min(1).max(2_000) }),
  answer: User,
})
export const patchUser = endpoint({
  id: 'patchUser',
  method: 'PATCH',
  path: '/v1/users/{id}',
  access: 'users:write',
  tag: 'Users',
  status: 200,
  summary: 'Change a user',
  params: IdParams,
  body: UserPatch,
  answer: User,
})
export const deleteUser = endpoint({
  id: 'deleteUser',
  method: 'DELETE',
  path: '/v1/users/{id}',
  access: 'users:write',
  tag: 'Users',
  status: 204,
  summary: 'Erase a user with all subscriptions',
  params: IdParams,
})
export const batchUsers = endpoint({
  id: 'batchUsers',
  method: 'POST',
  path: '/v1/users/batch',
  access: 'users:write',
  tag: 'Users',
  status: 200,
  summary: 'Create or update up to 1,000 users, matched by the reconciliation key; results in order',
  bodyLimit: 8 * 1024 * 1024,
  body: z.strictObject({ users: z.array(z.unknown()).min(1).max(1_000) }),
  answer: z.object({
    results: z.array(
      z.object({
        index: z.number(),
        status: z.number(),
        id: Id.optional(),
        error: z.object({ code: z.string(), detail: z.string(), pointer: z.string().optional() }).optional(),
      }),
    ),
  }),
})

export const Attribute = z.object({
  name: z.string(),
  type: z.enum(attributeTypes),
  required: z.boolean(),
  /** The choices of a picklist. */
  values: z.array(z.string()).nullable(),
  built_in: z.boolean(),
})
export type Attribute = z.infer<typeof Attribute>

export const listAttributes = endpoint({
  id: 'listAttributes',
  method: 'GET',
  path: '/v1/attributes',
  access: 'users:read',
  tag: 'Users',
  status: 200,
  summary: 'The attribute schema',
  answer: z.object({ data: z.array(Attribute) }),
})
export const createAttribute = endpoint({
  id: 'createAttribute',
  method: 'POST',
  path: '/v1/attributes',
  access: 'users:write',
  tag: 'Users',
  status: 201,
  summary: 'Declare an attribute; declared attributes are type-checked',
  body: z.strictObject({
    name: AttributeName,
    type: z.enum(attributeTypes),
    required: z.boolean().default(false),
    values: z.array(z.string().min(1).max(200)).min(1).max(200).optional(),
  }),
  answer: Attribute,
})

export const Job = z.object({
  id: Id,
  kind: z.string(),
  status: z.enum(['running', 'finished', 'failed']),
  progress: z.object({ done: z.number(), total: z.number(), errors: z.number() }),
  result: z.record(z.string(), JsonValue).nullable(),
  created_at: Time,
  finished_at: Time.nullable(),
})
export type Job = z.infer<typeof Job>

export const getJob = endpoint({
  id: 'getJob',
  method: 'GET',
  path: '/v1/jobs/{id}',
  access: 'users:read',
  tag: 'Users',
  status: 200,
  summary: 'Read the progress of a long job',
  params: IdParams,
  answer: Job,
})

export const createImport = endpoint({
  id: 'createImport',
  method: 'POST',
  path: '/v1/imports',
  access: 'users:write',
  tag: 'Users',
  status: 202,
  summary: 'Import users from CSV or NDJSON text',
  bodyLimit: 32 * 1024 * 1024,
  body: z.strictObject({
    format: z.enum(['csv', 'ndjson']),
    mode: z.enum(['insert', 'upsert']).default('insert'),
    data: z.string().min(1),
  }),
  answer: Job,
})

const Types = z
  .array(z.string().trim().min(1).max(50))
  .max(100)
  .refine((list) => new Set(list).size === list.length, 'names a type twice')

export const Settings = z.object({
  reconciliation_key: z.string(),
  /** Attempts per delivery before it fails as unavailable. */
  max_attempts: z.number(),
  /** Seconds a message lives when it names no expiry. */
  default_ttl_seconds: z.number(),
  time_zone: z.string(),
  /** Seconds between two looks of a campaign for people who match by now; for campaigns created afterwards. */
  campaign_interval_seconds: z.number(),
  cors: Cors,
  /** Days after which an entry of the audit is deleted. */
  audit_retention_days: z.number(),
  /** Days after which an event and what was sent of it to webhooks is deleted. */
  event_retention_days: z.number(),
  /** What a campaign, an event definition may be called as its type; empty: anything. */
  campaign_types: z.array(z.string()),
  event_types: z.array(z.string()),
  quiet_hours: QuietHours,
  holdout: Holdout,
  sms_replies: SmsReplies,
})
export type Settings = z.infer<typeof Settings>

export const getSettings = endpoint({
  id: 'getSettings',
  method: 'GET',
  path: '/v1/settings',
  access: 'settings:read',
  tag: 'Settings',
  status: 200,
  summary: 'Read the workspace settings',
  answer: Settings,
})
export const putSettings = endpoint({
  id: 'putSettings',
  method: 'PUT',
  path: '/v1/settings',
  access: 'settings:write',
  tag: 'Settings',
  status: 200,
  summary: 'Change workspace settings; another reconciliation key re-links all subscriptions',
  body: z.strictObject({
    max_attempts: z.number().int().min(1).max(50).optional(),
    default_ttl_seconds: z.number().int().min(60).max(2_419_200).optional(),
    time_zone: TimeZone.optional(),
    campaign_interval_seconds: z.number().int().min(60).max(604_800).optional(),
    reconciliation_key: AttributeName.optional(),
    cors: CorsChange.optional(),
    audit_retention_days: z.number().int().min(30).max(3_650).optional(),
    event_retention_days: z.number().int().min(1).max(400).optional(),
    /** A type that is in use stays. */
    campaign_types: Types.optional(),
    event_types: Types.optional(),
    quiet_hours: QuietHoursChange.optional(),
    holdout: HoldoutChange.optional(),
    sms_replies: SmsRepliesChange.optional(),
  }),
  answer: Settings,
})

export const changeReconciliationKey = endpoint({
  id: 'changeReconciliationKey',
  method: 'POST',
  path: '/v1/settings/reconciliation-key',
  access: 'settings:write',
  tag: 'Settings',
  status: 202,
  summary: 'Replace the reconciliation key and re-link all subscriptions; dry_run counts first',
  body: z.strictObject({ attribute: AttributeName, dry_run: z.boolean().default(false) }),
  answer: Job,
})
