import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { channels, eventDefinitionStatuses, messageStatuses, reachRules } from '../words.ts'
import { Content, Overrides } from './content.ts'
import { Counts } from './messages.ts'
import { Id, IdParams, JsonValue, Name, PageQuery, pageOf, Time } from './shared.ts'
import { AttributeName } from './users.ts'

/** What a workspace may have, so that one file exports or imports them all. */
export const maxEventDefinitions = 1_000

/** A value that each invocation brings; a text names it as `{{ variables.order_id }}`. */
export const EventVariable = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z]\w{0,63}$/, 'is a letter, then letters, digits and underscores, 64 at most'),
  /** Stands in the ready call and in previews. Null would be no value. */
  example: JsonValue.refine((value) => value !== undefined && value !== null, 'give an example, not null'),
  /** An optional one may be left out; texts then need a default for it. */
  required: z.boolean().default(true),
})
export type EventVariable = z.infer<typeof EventVariable>

const fields = {
  /** In their order of priority. */
  channels: z
    .array(z.enum(channels))
    .min(1)
    .max(channels.length)
    .refine((list) => new Set(list).size === list.length, 'names a channel twice'),
  /** `first`: each person is reached by the first of the channels that can. */
  reach: z.enum(reachRules),
  name: Name,
  description: z.string().max(2_000).nullable(),
  /** A word of your own to sort them by, such as `orders`. */
  type: z.string().trim().min(1).max(50).nullable(),
  overrides: Overrides,
  variables: z.array(EventVariable).max(100),
  /** Seconds an invocation's message lives; null takes the workspace's setting. */
  ttl_seconds: z.number().int().min(0).max(2_419_200).nullable(),
}

export const EventDefinition = z.object({
  id: Id,
  app_id: Id,
  ...fields,
  status: z.enum(eventDefinitionStatuses),
  /** Null where a template holds the texts, and the other way round. */
  content: Content.nullable(),
  template_id: Id.nullable(),
  /** Grows with each change; an invocation tells which one it used. */
  version: z.number(),
  created_at: Time,
  updated_at: Time,
  last_invoked_at: Time.nullable(),
})
export type EventDefinition = z.infer<typeof EventDefinition>

const optionalFields = {
  channels: fields.channels.default(['push']),
  reach: fields.reach.default('all'),
  description: fields.description.default(null),
  type: fields.type.default(null),
  overrides: fields.overrides.default({}),
  variables: fields.variables.default([]),
  ttl_seconds: fields.ttl_seconds.default(null),
  content: Content.optional(),
}

/** Either content or a template. `app_id` may be left out when the workspace has one app. */
export const EventDefinitionCreate = z.strictObject({
  name: Name,
  app_id: Id.optional(),
  template_id: Id.optional(),
  ...optionalFields,
})
export type EventDefinitionCreate = z.infer<typeof EventDefinitionCreate>

/** What is left out stays. Content takes the place of a template, and the other way round. */
export const EventDefinitionPatch = z
  .strictObject({ ...fields, app_id: Id, content: Content, template_id: Id })
  .partial()
export type EventDefinitionPatch = z.infer<typeof EventDefinitionPatch>

const EventUser = z.union([
  z.strictObject({ id: Id }),
  z.strictObject({
    by: z.strictObject({ attribute: AttributeName, value: z.string().min(1).max(2_000) }),
  }),
])

/** An address that may be nobody's yet. */
const EventAddress = z.union([
  z.strictObject({ email: z.string().min(1).max(320) }),
  z.strictObject({ phone: z.string().min(1).max(40) }),
])

/** Exactly one of users, users_by, subscription_ids or addresses. */
export const EventInvoke = z
  .strictObject({
    /** Each names one person: by id, or by an attribute or identifier that nobody else has. */
    users: z.array(EventUser).min(1).max(1_000).optional(),
    /** Everybody who has one of the values. */
    users_by: z
      .strictObject({
        attribute: AttributeName,
        values: z.array(z.string().min(1).max(2_000)).min(1).max(1_000),
      })
      .optional(),
    subscription_ids: z.array(Id).min(1).max(1_000).optional(),
    addresses: z.array(EventAddress).min(1).max(1_000).optional(),
    variables: z.record(z.string(), JsonValue).default({}),
    metadata: z.record(z.string(), z.string().max(500)).default({}),
    dry_run: z.boolean().default(false),
  })
  .superRefine((body, context) => {
    const families = (['users', 'users_by', 'subscription_ids', 'addresses'] as const).filter(
      (f) => body[f] !== undefined,
    )
    if (families.length === 0)
      context.addIssue({
        code: 'custom',
        message: 'name one of users, users_by, subscription_ids or addresses',
      })
    if (families.length > 1) {
      const message = `only one of ${families.join(', ')} may be given`
      for (const family of families) context.addIssue({ code: 'custom', path: [family], message })
    }
  })
export type EventInvoke = z.infer<typeof EventInvoke>

export const EventInvoked = z.object({
  /** The first of `messages`. */
  message_id: Id,
  /** One for each channel. */
  messages: z.array(
    z.object({
      message_id: Id,
      channel: z.enum(channels),
      status: z.enum(messageStatuses),
      estimated_recipients: z.number(),
    }),
  ),
  event_definition_id: Id,
  version: z.number(),
  status: z.enum(messageStatuses),
  estimated_recipients: z.number(),
})
export type EventInvoked = z.infer<typeof EventInvoked>

export const EventInvocation = z.object({
  message_id: Id,
  channel: z.enum(channels),
  /** The version of the definition that it was made with. */
  version: z.number(),
  status: z.enum(messageStatuses),
  variables: JsonValue,
  metadata: z.record(z.string(), z.string()),
  dry_run: z.boolean(),
  counts: Counts,
  created_at: Time,
})
export type EventInvocation = z.infer<typeof EventInvocation>

/** A call that works as it stands: with real ids and the declared examples. */
export const EventPayload = z.object({
  method: z.literal('POST'),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  body: JsonValue,
  /** For a shell that has the secret key in CARILLON_KEY. */
  curl: z.string(),
  /** For Node.js, with the secret key in CARILLON_KEY. */
  node: z.string(),
  /** Sentences: what keeps this call from reaching somebody now. */
  obstacles: z.array(z.string()),
})
export type EventPayload = z.infer<typeof EventPayload>

/** A thing of another workspace, perhaps: looked for by its id, then by its name. */
const Reference = z.strictObject({ id: Id.optional(), name: Name.optional() })

const PortableDefinition = z.strictObject({
  name: Name,
  /** Left out: inactive where it is new, as it was where it is replaced. */
  status: z.enum(eventDefinitionStatuses).optional(),
  app: Reference.optional(),
  template: Reference.optional(),
  ...optionalFields,
})
export type PortableDefinition = z.infer<typeof PortableDefinition>

const fileFormat = z.literal('carillon.event-definitions.v1')

export const EventExport = z.object({
  format: fileFormat,
  exported_at: Time,
  definitions: z.array(PortableDefinition),
})
export type EventExport = z.infer<typeof EventExport>

/** An exported file is a body that can be imported as it stands. */
export const EventImport = z.strictObject({
  format: fileFormat.optional(),
  exported_at: Time.optional(),
  /** `insert` refuses names that exist; `replace` changes those. */
  mode: z.enum(['insert', 'replace']).default('insert'),
  /** The app of all of them, whatever the file says. */
  app_id: Id.optional(),
  definitions: z.array(PortableDefinition).min(1).max(maxEventDefinitions),
})
export type EventImport = z.infer<typeof EventImport>

export const listEventDefinitions = endpoint({
  id: 'listEventDefinitions',
  method: 'GET',
  path: '/v1/event-definitions',
  access: 'events:read',
  tag: 'Events',
  status: 200,
  summary: 'List event definitions, newest first',
  query: PageQuery.extend({
    app_id: Id.optional(),
    status: z.enum(eventDefinitionStatuses).optional(),
    type: z.string().max(50).optional(),
    /** A part of the name or of the description. */
    search: z.string().max(255).optional(),
  }),
  answer: pageOf(EventDefinition),
})
export const createEventDefinition = endpoint({
  id: 'createEventDefinition',
  method: 'POST',
  path: '/v1/event-definitions',
  access: 'events:write',
  tag: 'Events',
  status: 201,
  summary: 'Create an event definition, inactive at first',
  body: EventDefinitionCreate,
  answer: EventDefinition,
})
export const exportEventDefinitions = endpoint({
  id: 'exportEventDefinitions',
  method: 'GET',
  path: '/v1/event-definitions/export',
  access: 'events:read',
  tag: 'Events',
  status: 200,
  summary: 'All event definitions as one document, for another workspace or for safe keeping',
  answer: EventExport,
})
export const importEventDefinitions = endpoint({
  id: 'importEventDefinitions',
  method: 'POST',
  path: '/v1/event-definitions/import',
  access: 'events:write',
  tag: 'Events',
  status: 200,
  summary: 'Take an exported document in: all of it or nothing',
  bodyLimit: 4 * 1024 * 1024,
  body: EventImport,
  answer: z.object({ created: z.number(), replaced: z.number(), ids: z.array(Id) }),
})
export const getEventDefinition = endpoint({
  id: 'getEventDefinition',
  method: 'GET',
  path: '/v1/event-definitions/{id}',
  access: 'events:read',
  tag: 'Events',
  status: 200,
  summary: 'Read an event definition',
  params: IdParams,
  answer: EventDefinition,
})
export const patchEventDefinition = endpoint({
  id: 'patchEventDefinition',
  method: 'PATCH',
  path: '/v1/event-definitions/{id}',
  access: 'events:write',
  tag: 'Events',
  status: 200,
  summary: 'Change an event definition; an active one stays active',
  params: IdParams,
  body: EventDefinitionPatch,
  answer: EventDefinition,
})
export const deleteEventDefinition = endpoint({
  id: 'deleteEventDefinition',
  method: 'DELETE',
  path: '/v1/event-definitions/{id}',
  access: 'events:write',
  tag: 'Events',
  status: 204,
  summary: 'Delete an inactive event definition; the messages of its invocations stay',
  params: IdParams,
})
export const activateEventDefinition = endpoint({
  id: 'activateEventDefinition',
  method: 'POST',
  path: '/v1/event-definitions/{id}/activate',
  access: 'events:write',
  tag: 'Events',
  status: 200,
  summary: 'From now on an invocation sends',
  params: IdParams,
  answer: EventDefinition,
})
export const deactivateEventDefinition = endpoint({
  id: 'deactivateEventDefinition',
  method: 'POST',
  path: '/v1/event-definitions/{id}/deactivate',
  access: 'events:write',
  tag: 'Events',
  status: 200,
  summary: 'Invocations are refused once this answers; what was accepted before is still sent',
  params: IdParams,
  answer: EventDefinition,
})
export const invokeEvent = endpoint({
  id: 'invokeEvent',
  method: 'POST',
  path: '/v1/event-definitions/{id}/invoke',
  access: 'events:invoke',
  tag: 'Events',
  status: 202,
  summary: 'Something happened: send what the definition says to these people',
  params: IdParams,
  body: EventInvoke,
  answer: EventInvoked,
})
export const listEventInvocations = endpoint({
  id: 'listEventInvocations',
  method: 'GET',
  path: '/v1/event-definitions/{id}/invocations',
  access: 'events:read',
  tag: 'Events',
  status: 200,
  summary: 'Invocations, newest first, with the counts of their messages',
  params: IdParams,
  query: PageQuery,
  answer: pageOf(EventInvocation),
})
export const getEventPayload = endpoint({
  id: 'getEventPayload',
  method: 'GET',
  path: '/v1/event-definitions/{id}/payload',
  access: 'events:read',
  tag: 'Events',
  status: 200,
  summary: 'A ready call that invokes it, for curl and for Node.js',
  params: IdParams,
  /** Whom the call is for; somebody with a device when left out. */
  query: z.strictObject({ user_id: Id.optional() }),
  answer: EventPayload,
})
