import type { Condition } from '@carillon/contract'
import { sql } from 'kysely'
import { expect } from 'vitest'
import { newId } from '../../../00-kernel/index.ts'
import { startTestServer } from '../../../testing/test-server.ts'
import { segmentPredicate } from '../index.ts'

export type SegmentWorld = Awaited<ReturnType<typeof startSegmentWorld>>

/** A server, and the arrangements that tests of segments share. */
export async function startSegmentWorld() {
  const server = await startTestServer()
  const { store, workspaceId, request } = server
  let last = 0

  async function created(path: string, input: object) {
    const { status, body } = await request('POST', path, input)
    expect([status, body.errors]).toEqual([201, undefined])
    return body
  }

  /** A body for a segment of a name of its own: all Germans, unless told otherwise. */
  function germans(extra: object = {}) {
    last += 1
    const conditions = [{ number: 1, attribute: 'country', operator: 'equals', value: 'DE' }]
    return { name: `Segment ${last}`, conditions, ...extra }
  }

  return {
    ...server,
    germans,
    createSegment: (extra: object = {}): Promise<{ id: string; name: string }> =>
      created('/v1/segments', germans(extra)),
    createUser: async (attributes: object = {}): Promise<string> =>
      (await created('/v1/users', { attributes: { email: `${newId()}@example.com`, ...attributes } })).id,
    createApp: async (): Promise<string> => (await created('/v1/apps', { name: newId() })).id,

    membersOf: async (include: string[], exclude: string[] = []): Promise<string[]> => {
      const predicate = await segmentPredicate(store.db, workspaceId, { include, exclude }, new Date())
      const { rows } = await sql<{ id: string }>`
        select u.id from users u where u.workspace_id = ${workspaceId} and ${predicate} order by u.id`.execute(
        store.db,
      )
      return rows.map(({ id }) => id)
    },

    seedSubscription: async (
      appId: string,
      userId: string,
      platform: 'apns' | 'fcm' | 'webpush' | 'wns',
      more: { status?: 'retired'; permission?: 'denied' } = {},
    ): Promise<void> => {
      const id = newId()
      const named = { id, workspace_id: workspaceId, app_id: appId, user_id: userId, platform }
      await store.db
        .insertInto('subscriptions')
        .values({ ...named, token: id, token_hash: Buffer.from(id), ...more })
        .execute()
    },

    /** A message that has yet to choose its recipients. */
    seedMessage: async (
      appId: string,
      audience: object = { all: true },
    ): Promise<{ id: string; seq: number }> => {
      const row = {
        id: newId(),
        workspace_id: workspaceId,
        app_id: appId,
        channel: 'push' as const,
        content: '{}',
      }
      const times = { start_at: new Date('2999-01-01'), expires_at: new Date('2999-01-02') }
      return store.db
        .insertInto('messages')
        .values({
          ...row,
          ...times,
          audience: JSON.stringify(audience),
          category: 'transactional',
          priority: 'normal',
          max_attempts: 1,
        })
        .returning(['id', 'seq'])
        .executeTakeFirstOrThrow()
    },

    seedDelivery: async (seq: number, userId: string, types: string[], at = new Date()): Promise<void> => {
      last += 1
      const key = { message_seq: seq, ordinal: last }
      await store.db
        .insertInto('deliveries')
        .values({ ...key, user_id: userId, outcome: 'sent', reason: 'accepted', attempts: 1, at })
        .execute()
      await store.db
        .insertInto('interactions')
        .values(types.map((type) => ({ ...key, type, at })))
        .execute()
    },
  }
}

/** Conditions 1, 2, … on being in these segments. */
export function naming(...ids: string[]): { conditions: Condition[] } {
  return { conditions: ids.map((value, i) => ({ number: i + 1, operator: 'in_segment', value })) }
}
