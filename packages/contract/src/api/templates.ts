import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { channels, platforms } from '../words.ts'
import { Content, Overrides } from './content.ts'
import { emailBodyLimit } from './content-email.ts'
import { Id, IdParams, JsonValue, Name, PageQuery, pageOf, Time } from './shared.ts'

export const Template = z.object({
  id: Id,
  name: z.string(),
  version: z.number(),
  content: Content,
  overrides: Overrides,
  created_at: Time,
  updated_at: Time,
})
export type Template = z.infer<typeof Template>

const TemplateWrite = z.strictObject({ name: Name, content: Content, overrides: Overrides.default({}) })

export const listTemplates = endpoint({
  id: 'listTemplates',
  method: 'GET',
  path: '/v1/templates',
  access: 'templates:read',
  tag: 'Templates',
  status: 200,
  summary: 'List templates in their newest version',
  query: PageQuery,
  answer: pageOf(Template),
})
export const createTemplate = endpoint({
  id: 'createTemplate',
  method: 'POST',
  path: '/v1/templates',
  access: 'templates:write',
  tag: 'Templates',
  status: 201,
  summary: 'Create a template',
  bodyLimit: emailBodyLimit,
  body: TemplateWrite,
  answer: Template,
})
export const getTemplate = endpoint({
  id: 'getTemplate',
  method: 'GET',
  path: '/v1/templates/{id}',
  access: 'templates:read',
  tag: 'Templates',
  status: 200,
  summary: 'Read a template, in its newest or a named version',
  params: IdParams,
  query: z.strictObject({ version: z.coerce.number().int().min(1).max(1_000_000).optional() }),
  answer: Template,
})
export const putTemplate = endpoint({
  id: 'putTemplate',
  method: 'PUT',
  path: '/v1/templates/{id}',
  access: 'templates:write',
  tag: 'Templates',
  status: 200,
  summary: 'Save a new version; messages keep the version that they were made with',
  params: IdParams,
  bodyLimit: emailBodyLimit,
  body: TemplateWrite,
  answer: Template,
})
export const deleteTemplate = endpoint({
  id: 'deleteTemplate',
  method: 'DELETE',
  path: '/v1/templates/{id}',
  access: 'templates:write',
  tag: 'Templates',
  status: 204,
  summary: 'Delete a template with all versions',
  params: IdParams,
})

/** The payload that one person's device would get, by the same code that sends. */
export const Preview = z.object({
  platform: z.enum(platforms),
  ok: z.boolean(),
  title: z.string().nullable(),
  body: z.string().nullable(),
  image: z.string().nullable(),
  locale: z.string().nullable(),
  /** The provider's request as it would be sent: headers and body. */
  headers: z.record(z.string(), z.string()),
  payload: JsonValue,
  size_bytes: z.number(),
  limit_bytes: z.number(),
  /** Why it cannot be sent, when `ok` is false. */
  problem: z.object({ pointer: z.string(), detail: z.string() }).nullable(),
})
export type Preview = z.infer<typeof Preview>

export const previewContent = endpoint({
  id: 'previewContent',
  method: 'POST',
  path: '/v1/messages/preview',
  access: 'messages:read',
  tag: 'Messages',
  status: 200,
  summary: 'Render content for one person on every platform of a channel without sending',
  bodyLimit: emailBodyLimit,
  body: z.strictObject({
    content: Content.optional(),
    template_id: Id.optional(),
    overrides: Overrides.optional(),
    variables: z.record(z.string(), JsonValue).optional(),
    app_id: Id.optional(),
    /** Shows its platforms alone. */
    channel: z.enum(channels).default('push'),
    user_id: Id.optional(),
    locale: z.string().max(35).optional(),
  }),
  answer: z.object({
    previews: z.array(Preview),
    /** Everything that `createMessage` would refuse, in all languages and for all platforms. */
    problems: z.array(z.object({ pointer: z.string(), code: z.string(), detail: z.string() })),
  }),
})
