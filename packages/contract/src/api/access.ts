import { z } from 'zod'
import { endpoint } from '../endpoint.ts'
import { scopes } from '../words.ts'
import { Id, IdParams, Name, Time } from './shared.ts'

export const Me = z.object({
  workspace: z.object({ id: Id, name: z.string() }),
  name: z.string(),
  kind: z.enum(['console', 'secret', 'publishable']),
  scopes: z.array(z.enum(scopes)),
  /** Whether virtual phones stand behind this server. */
  sandbox: z.boolean(),
  version: z.string(),
})
export const getMe = endpoint({
  id: 'getMe',
  method: 'GET',
  path: '/v1/me',
  access: 'messages:read',
  tag: 'Access',
  status: 200,
  summary: 'Who is calling, and what they may do',
  answer: Me,
})

export const ApiKey = z.object({
  id: Id,
  name: z.string(),
  kind: z.enum(['secret', 'publishable']),
  prefix: z.string(),
  scopes: z.array(z.enum(scopes)),
  app_id: Id.nullable(),
  created_at: Time,
  last_used_at: Time.nullable(),
  expires_at: Time.nullable(),
})
export const listKeys = endpoint({
  id: 'listKeys',
  method: 'GET',
  path: '/v1/keys',
  access: 'settings:read',
  tag: 'Access',
  status: 200,
  summary: 'List API keys; never the keys themselves',
  answer: z.object({ data: z.array(ApiKey) }),
})
export const createKey = endpoint({
  id: 'createKey',
  method: 'POST',
  path: '/v1/keys',
  access: 'settings:write',
  tag: 'Access',
  status: 201,
  summary: 'Make a secret key; it is shown this once',
  isSecret: true,
  body: z.strictObject({
    name: Name,
    scopes: z.array(z.enum(scopes)).min(1).default(['*']),
    expires_at: Time.optional(),
  }),
  answer: ApiKey.extend({ key: z.string() }),
})
export const deleteKey = endpoint({
  id: 'deleteKey',
  method: 'DELETE',
  path: '/v1/keys/{id}',
  access: 'settings:write',
  tag: 'Access',
  status: 204,
  summary: 'Revoke a key',
  params: IdParams,
})
export const signIn = endpoint({
  id: 'signIn',
  method: 'POST',
  path: '/v1/sign-in',
  access: 'public',
  tag: 'Access',
  status: 200,
  summary: 'Trade a one-time sign-in token, or a secret key, for a console session cookie',
  body: z.strictObject({ token: z.string().min(1).max(255) }),
  answer: z.object({ ok: z.literal(true) }),
})
export const signOut = endpoint({
  id: 'signOut',
  method: 'POST',
  path: '/v1/sign-out',
  access: 'public',
  tag: 'Access',
  status: 204,
  summary: 'End the console session',
})
