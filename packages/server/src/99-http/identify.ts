import type { Access, Scope } from '@carillon/contract'
import type { FastifyRequest } from 'fastify'
import { type Caller, Problem, type Store, sha256 } from '../00-kernel/index.ts'
import { callerOfKey, callerOfSession } from '../10-access/index.ts'
import { findAppByKey } from '../12-apps/index.ts'

export const sessionCookie = 'carillon_session'

/** Who is calling, checked against what the endpoint asks for. Throws Problem('unauthenticated' | 'forbidden'). */
export interface Identify {
  (request: FastifyRequest, access: Access): Promise<Caller>
  /** Something about keys or apps changed: look again. */
  forget(): void
}

/** A revoked key is refused at once by the process that revoked it, and within this time by any other. */
const rememberMs = 2_000
const mostRemembered = 10_000

/** Remembers the callers behind keys for a moment, so that a busy key does not cost a query per call. */
export function createIdentify(store: Store): Identify {
  const remembered = new Map<string, { caller: Caller; until: number }>()

  async function callerOf(key: string): Promise<Caller | null> {
    const digest = sha256(key).toString('base64')
    const known = remembered.get(digest)
    if (known && known.until > Date.now()) return known.caller
    const caller = key.startsWith('pk_') ? await callerOfApp(store.db, key) : await callerOfKey(store.db, key)
    remembered.delete(digest)
    if (caller) remembered.set(digest, { caller, until: Date.now() + rememberMs })
    if (remembered.size > mostRemembered) remembered.clear()
    return caller
  }

  async function findCaller(request: FastifyRequest): Promise<Caller | null> {
    const { authorization } = request.headers
    if (authorization !== undefined) {
      const key = /^Bearer ([\x21-\x7e]{1,300})$/i.exec(authorization)?.[1]
      return key ? callerOf(key) : null
    }
    const session = request.cookies[sessionCookie]
    return session ? callerOfSession(store.db, session) : null
  }

  const identify = async (request: FastifyRequest, access: Access) => {
    if (access === 'public') return anonymous(request.ip)
    const caller = await findCaller(request)
    if (!caller) throw new Problem('unauthenticated')
    if (!mayCall(caller, access))
      throw new Problem('forbidden', { detail: `This key lacks the scope ${access}.` })
    return caller
  }
  return Object.assign(identify, { forget: () => remembered.clear() })
}

async function callerOfApp(db: Store['db'], key: string): Promise<Caller | null> {
  const app = await findAppByKey(db, key)
  if (!app) return null
  return {
    workspaceId: app.workspace_id,
    kind: 'publishable',
    id: `app:${app.id}`,
    name: app.name,
    scopes: ['device'],
    appId: app.id,
  }
}

/** Whoever calls what is open to all; what they are told or may do is for the handler to find out. */
function anonymous(address: string): Caller {
  return { workspaceId: '', kind: 'anonymous', id: `address:${address}`, name: '', scopes: [], appId: null }
}

/** A device call is open to an app's own key and to whoever may write users. */
function mayCall({ scopes }: Caller, access: Access): boolean {
  if (scopes.includes('*') || scopes.includes(access as Scope)) return true
  return access === 'device' && scopes.includes('users:write')
}
