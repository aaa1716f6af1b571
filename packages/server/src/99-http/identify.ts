import type { Access } from '@carillon/contract'
import type { FastifyRequest } from 'fastify'
import { type Caller, Problem, type Store } from '../00-kernel/index.ts'
import { callerOfKey, callerOfSession } from '../10-access/index.ts'
import { findAppByKey } from '../12-apps/index.ts'

export const sessionCookie = 'carillon_session'

/** Who is calling, checked against what the endpoint asks for. Throws Problem('unauthenticated' | 'forbidden'). */
export async function identify(request: FastifyRequest, store: Store, access: Access): Promise<Caller> {
  const caller = await findCaller(request, store)
  if (!caller) throw new Problem('unauthenticated')
  if (!mayCall(caller, access))
    throw new Problem('forbidden', { detail: `This key lacks the scope ${access}.` })
  return caller
}

async function findCaller(request: FastifyRequest, { db }: Store): Promise<Caller | null> {
  const authorization = request.headers.authorization
  if (authorization !== undefined) {
    const key = /^Bearer ([\x21-\x7e]{1,300})$/i.exec(authorization)?.[1]
    if (!key) return null
    return key.startsWith('pk_') ? callerOfApp(db, key) : callerOfKey(db, key)
  }
  const session = request.cookies[sessionCookie]
  return session ? callerOfSession(db, session) : null
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

/** A device call is open to an app's own key and to whoever may write users. */
function mayCall({ scopes }: Caller, access: Access): boolean {
  if (access === 'public' || scopes.includes('*') || scopes.includes(access)) return true
  return access === 'device' && scopes.includes('users:write')
}
