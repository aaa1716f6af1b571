import { z } from 'zod'
import * as access from './api/access.ts'
import * as apps from './api/apps.ts'
import * as audit from './api/audit.ts'
import * as campaigns from './api/campaigns.ts'
import * as eventDefinitions from './api/event-definitions.ts'
import * as experiments from './api/experiments.ts'
import * as feedbackEmail from './api/feedback-email.ts'
import * as messages from './api/messages.ts'
import * as passes from './api/passes.ts'
import * as reports from './api/reports.ts'
import * as rules from './api/rules.ts'
import * as segments from './api/segments.ts'
import * as sms from './api/sms.ts'
import * as subscriptions from './api/subscriptions.ts'
import * as templates from './api/templates.ts'
import * as users from './api/users.ts'
import * as webhooks from './api/webhooks.ts'
import type { Endpoint } from './endpoint.ts'
import { problems } from './problems.ts'

/** Every operation of the API. */
export const endpoints: readonly Endpoint[] = [
  apps,
  users,
  subscriptions,
  segments,
  templates,
  messages,
  experiments,
  campaigns,
  eventDefinitions,
  passes,
  reports,
  rules,
  sms,
  webhooks,
  feedbackEmail,
  access,
  audit,
].flatMap((api) => Object.values(api).filter(isEndpoint))

type JsonObject = Record<string, unknown>

/** The API as an OpenAPI 3.1 document, made from the same definitions that the server mounts. */
export function openApiDocument(version: string): JsonObject {
  const paths: Record<string, JsonObject> = {}
  for (const endpoint of endpoints) {
    paths[endpoint.path] ??= {}
    Object.assign(paths[endpoint.path] as JsonObject, {
      [endpoint.method.toLowerCase()]: operation(endpoint),
    })
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Carillon',
      version,
      description: 'Reach people: push, with segments, personalisation and an answer for every recipient.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    tags: [...new Set(endpoints.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        secretKey: { type: 'http', scheme: 'bearer', description: 'A secret key, sk_…, for your servers.' },
        publishableKey: {
          type: 'http',
          scheme: 'bearer',
          description: 'An app’s publishable key, pk_…, for devices.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'carillon_session',
          description: 'The console’s session.',
        },
      },
      schemas: { Problem: problemSchema },
      responses: {
        Problem: {
          description: 'A problem (RFC 9457); `code` is one of the catalogue.',
          content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
        },
      },
    },
  }
}

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'request_id', 'retryable'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: Object.keys(problems) },
    detail: { type: 'string' },
    instance: { type: 'string' },
    request_id: { type: 'string' },
    retryable: { type: 'boolean' },
    retry_after_s: { type: 'number' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'detail'],
        properties: { pointer: { type: 'string' }, code: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
} as const

function operation(endpoint: Endpoint): JsonObject {
  const { id, summary, tag, access: needs, params, query, body, bodyType, method } = endpoint
  const parameters = [
    ...parametersOf(params, 'path'),
    ...parametersOf(query, 'query'),
    ...(method === 'POST' && needs !== 'public' ? [idempotencyParameter] : []),
  ]
  return {
    operationId: id,
    summary,
    tags: [tag],
    ...(needs === 'public' ? { security: [] } : { security: securityOf(needs), 'x-scope': needs }),
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? {
          requestBody: {
            required: true,
            content: { [bodyType ?? 'application/json']: { schema: jsonSchema(body, 'input') } },
          },
        }
      : {}),
    responses: { ...answersOf(endpoint), default: { $ref: '#/components/responses/Problem' } },
  }
}

const idempotencyParameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description: 'A retry with the same key gets the first answer again; kept for 30 days.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}

function securityOf(needs: string): JsonObject[] {
  return needs === 'device'
    ? [{ publishableKey: [] }, { secretKey: [] }, { session: [] }]
    : [{ secretKey: [] }, { session: [] }]
}

function answersOf({ status, alsoStatus = [], answer, contentType, summary }: Endpoint): JsonObject {
  const content = contentType
    ? { [contentType]: { schema: { type: 'string' } } }
    : answer && { 'application/json': { schema: jsonSchema(answer, 'output') } }
  const response = { description: summary, ...(content ? { content } : {}) }
  return Object.fromEntries([status, ...alsoStatus].map((code) => [code, response]))
}

function parametersOf(schema: z.ZodType | undefined, place: 'path' | 'query'): JsonObject[] {
  if (!schema) return []
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, JsonObject>
    required?: string[]
  }
  return Object.entries(properties).map(([name, value]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: value,
  }))
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonObject {
  const { $schema, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    reused: 'inline',
  }) as JsonObject
  return rest
}

function isEndpoint(value: unknown): value is Endpoint {
  return (
    typeof value === 'object' && value !== null && 'path' in value && 'method' in value && 'access' in value
  )
}
