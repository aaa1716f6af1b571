import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { type Caller, type Db, lockNumber, Problem, type Tx, type Vault } from '../00-kernel/index.ts'

export interface IdempotentRequest {
  caller: Caller
  /** Method and path template. */
  route: string
  key: string
  /** Path, query and body as received. */
  fingerprint: Buffer
  requestId: string
  /** Seals the answer where it holds a secret; null keeps it as it is. */
  vault: Vault | null
}

export interface StoredAnswer {
  status: number
  body: string
  originalRequestId: string
}

/** 1 to 255 visible ASCII characters, as the IETF draft's examples and the field's practice have it. */
export function checkIdempotencyKey(key: string): void {
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw new Problem('invalid_idempotency_key')
}

export function fingerprintOf(...parts: string[]): Buffer {
  return createHash('sha256').update(parts.join('\0')).digest()
}

/**
 * Holds the key until the transaction ends and gives the answer stored under it, if any. A request that is
 * running with the same key is a 409; another body under the same key a 422.
 */
export async function claimKey(tx: Tx, request: IdempotentRequest): Promise<StoredAnswer | null> {
  const number = lockNumber(request.caller.workspaceId, request.caller.id, request.route, request.key)
  const { rows } = await sql<{
    got: boolean
  }>`select pg_try_advisory_xact_lock(${number}::bigint) as got`.execute(tx)
  if (!rows[0]?.got) throw new Problem('idempotency_key_in_use', { retryAfterSeconds: 1 })
  return findAnswer(tx, request)
}

export async function findAnswer(db: Db | Tx, request: IdempotentRequest): Promise<StoredAnswer | null> {
  const row = await db
    .selectFrom('idempotency_keys')
    .select(['fingerprint', 'status', 'body', 'request_id'])
    .where('workspace_id', '=', request.caller.workspaceId)
    .where('credential', '=', request.caller.id)
    .where('route', '=', request.route)
    .where('key', '=', request.key)
    .executeTakeFirst()
  if (!row) return null
  if (!request.fingerprint.equals(Buffer.from(row.fingerprint))) throw new Problem('idempotency_key_reused')
  return { status: row.status, body: unsealed(request, row.body), originalRequestId: row.request_id }
}

function sealed(request: IdempotentRequest, body: string): string {
  return request.vault?.seal(body, context(request)).toString('base64') ?? body
}

function unsealed(request: IdempotentRequest, body: string): string {
  return request.vault?.open(Buffer.from(body, 'base64'), context(request)) ?? body
}

function context({ caller, route, key }: IdempotentRequest): string {
  return `answer:${caller.workspaceId}:${caller.id}:${route}:${key}`
}

export async function storeAnswer(
  tx: Tx | Db,
  request: IdempotentRequest,
  status: number,
  body: string,
): Promise<void> {
  await tx
    .insertInto('idempotency_keys')
    .values({
      workspace_id: request.caller.workspaceId,
      credential: request.caller.id,
      route: request.route,
      key: request.key,
      fingerprint: request.fingerprint,
      status,
      body: sealed(request, body),
      request_id: request.requestId,
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}

/** Forgets keys over 30 days old. */
export async function forgetOldKeys(db: Db, now: Date): Promise<void> {
  await db
    .deleteFrom('idempotency_keys')
    .where('created_at', '<', new Date(now.getTime() - 30 * 24 * 3_600_000))
    .execute()
}
