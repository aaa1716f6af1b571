import { isDeepStrictEqual } from 'node:util'
import type { AuditActor, Endpoint } from '@carillon/contract'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { type Call, type Caller, type Db, isUuid, Problem, type Route, type Tx } from '../00-kernel/index.ts'
import { recordAudit } from '../10-access/index.ts'

/** What the audit tells of one call. */
export interface AuditTrail {
  /** Before the change: which fields it gives another value. */
  look(db: Db | Tx): Promise<void>
  /** Once per call, however often it is asked. Without a result: from within a change that goes on after it. */
  record(tx: Tx, result?: { status: number; value: unknown }): Promise<void>
  readonly isDone: boolean
}

type Handled = Call<Endpoint, Db>

/** Makes the trails of one route. `reading` is the GET of the same address, where there is one. */
export function auditTrails(
  route: Route,
  reading: Route | undefined,
): (call: Handled, request: FastifyRequest) => AuditTrail {
  const { endpoint } = route
  // A POST makes something new, and what is read at its address is a list.
  const shown = ['PUT', 'PATCH'].includes(endpoint.method) ? reading : undefined
  const known = endpoint.body ? namesIn(endpoint.body) : new Set<string>()
  return (call, request) => {
    let isDone = !isTold(route, call.caller)
    let fields: string[] = []
    return {
      look: async (db) => {
        if (isDone) return
        const given = Object.keys(isFields(request.body) ? request.body : {}).filter((name) =>
          known.has(name),
        )
        const before = shown && given.length > 0 ? await viewOf(shown, { ...call, db: db as Db }) : {}
        fields = given.filter((name) => isChanged(endpoint, bodyOf(call)[name], before[name]))
      },
      record: async (tx, result) => {
        if (isDone) return
        isDone = true
        await recordAudit(tx, {
          workspaceId: call.caller.workspaceId,
          actor: { ...call.caller, kind: call.caller.kind as AuditActor },
          action: endpoint.id,
          method: endpoint.method,
          path: pathOf(call, endpoint),
          ...subjectOf(call, endpoint, result?.value),
          fields,
          status: result?.status ?? endpoint.status,
          requestId: call.requestId,
          address: request.ip,
        })
      },
      get isDone() {
        return isDone
      },
    }
  }
}

/**
 * Every change and every send, but not what devices report with an app's publishable key, which is too much to be
 * told one by one, nor calls that POST a question.
 */
function isTold({ kind, endpoint }: Route, caller: Caller): boolean {
  const isChange = (kind === 'write' || kind === 'untied') && !endpoint.access.endsWith(':read')
  return isChange && (caller.kind === 'secret' || caller.kind === 'console')
}

/** The names that the contract has for a body's fields: whatever else a body may hold stays out of the audit. */
function namesIn(body: z.ZodType): Set<string> {
  const collect = (schema: BodySchema): string[] => [
    ...Object.keys(schema.properties ?? {}),
    ...[...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])].flatMap(collect),
  ]
  return new Set(collect(z.toJSONSchema(body, { io: 'input', unrepresentable: 'any' }) as BodySchema))
}

interface BodySchema {
  properties?: object
  anyOf?: BodySchema[]
  oneOf?: BodySchema[]
  allOf?: BodySchema[]
}

type Fields = Record<string, unknown>

function bodyOf({ body }: Handled): Fields {
  return (body ?? {}) as Fields
}

/** The thing as its own address shows it; what is not there yet shows nothing. */
async function viewOf({ endpoint, handle }: Route, call: Handled): Promise<Fields> {
  const query = endpoint.query?.safeParse({}).data
  try {
    return ((await handle({ ...call, query, body: undefined } as never)) ?? {}) as Fields
  } catch (error) {
    if (error instanceof Problem) return {}
    throw error
  }
}

/** What is never shown, such as a secret, counts as changed. */
function isChanged({ method }: Endpoint, given: unknown, before: unknown): boolean {
  return method === 'PATCH' ? !isWithin(given, before) : !isDeepStrictEqual(given, before)
}

/** Whether merging the one into the other would change nothing (RFC 7396). */
function isWithin(given: unknown, before: unknown): boolean {
  if (!isFields(given) || !isFields(before)) return isDeepStrictEqual(given, before)
  return Object.entries(given).every(([name, value]) =>
    value === null ? (before[name] ?? null) === null : isWithin(value, before[name]),
  )
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Ids and short words are told; whatever else stands in an address might be somebody's own. */
function pathOf({ params }: Handled, { path }: Endpoint): string {
  return path.replace(/\{([^}]+)\}/g, (placeholder, name: string) => {
    const value = String(((params ?? {}) as Fields)[name])
    return isUuid(value) || /^[a-z_]{1,20}$/.test(value) ? value : placeholder
  })
}

/** What the call was about: the thing in its address, or the one that it made there. */
function subjectOf({ params }: Handled, { path }: Endpoint, value: unknown) {
  const [, , kind = ''] = path.split('/')
  const made = isFields(value) ? value : {}
  const id = ((params ?? {}) as Fields).id ?? (path === `/v1/${kind}` ? made.id : undefined)
  return { resource: { kind, id: idOf(id) }, messageId: idOf(made.message_id) }
}

function idOf(value: unknown): string | null {
  return typeof value === 'string' && isUuid(value) ? value.toLowerCase() : null
}
