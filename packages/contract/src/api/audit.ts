import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { auditActors } from '../words.ts'
import { Id, PageQuery, pageOf, Time } from './shared.ts'

/** One change or send: who did what to which thing, and when. Names of fields are told, never their values. */
export const AuditEntry = z.object({
  id: Id,
  at: Time,
  actor: z.object({
    kind: z.enum(auditActors),
    /** `key:` and the key's id, `console:` and a mark of the session, or `campaign:` and its id. */
    id: z.string(),
    /** As the key was called then. */
    name: z.string(),
  }),
  /** The operation's id in `openapi.json`, such as `putSettings`. */
  action: z.string(),
  method: z.string(),
  /** The address; `{…}` stands where something else than an id or a word was. */
  path: z.string(),
  resource: z.object({
    /** The first word of the address, such as `apps`. */
    kind: z.string(),
    id: z.string().nullable(),
  }),
  /** The message that the call sent, where it did. */
  message_id: Id.nullable(),
  /** Fields that the caller gave and that had another value before, or whose value is never shown. */
  fields: z.array(z.string()),
  status: z.number(),
  request_id: z.string(),
  /** The other end of the connection: a proxy, where one stands before the server. */
  address: z.string(),
})
export type AuditEntry = z.infer<typeof AuditEntry>

const Filter = z.strictObject({
  /** An actor's id or name. */
  actor: z.string().min(1).max(255).optional(),
  action: z
    .string()
    .regex(/^[A-Za-z]{1,64}$/)
    .optional(),
  /** A thing's id, or the word for its kind. */
  resource: z.string().min(1).max(64).optional(),
  from: Time.optional(),
  /** Up to and without this moment. */
  to: Time.optional(),
})

export const listAudit = endpoint({
  id: 'listAudit',
  method: 'GET',
  path: '/v1/audit',
  access: 'admin',
  tag: 'Audit',
  status: 200,
  summary: 'Who changed or sent what, newest first',
  query: PageQuery.extend(Filter.shape),
  answer: pageOf(AuditEntry),
})
export const exportAudit = endpoint({
  id: 'exportAudit',
  method: 'GET',
  path: '/v1/audit/export',
  access: 'admin',
  tag: 'Audit',
  status: 200,
  summary: 'The same as CSV, whole',
  query: Filter,
  contentType: 'text/csv; charset=utf-8',
})
