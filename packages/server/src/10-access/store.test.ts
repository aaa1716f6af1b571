import { expect, test } from 'vitest'
import type { Store } from '../00-kernel/index.ts'
import { startTestServer } from '../testing/test-server.ts'
import { openTestStore, seedWorkspace } from '../testing/test-store.ts'
import { findSession, forgetExpired, insertSession, insertSignInToken, takeSignInToken } from './store.ts'

const hourMs = 3_600_000

/** One of each, alive or past its time. */
async function seed(store: Store, workspaceId: string, lifetimeMs: number) {
  return store.db.transaction().execute(async (tx) => ({
    token: await insertSignInToken(tx, workspaceId, lifetimeMs),
    session: await insertSession(tx, workspaceId, lifetimeMs),
  }))
}

async function countRows(store: Store) {
  const [tokens, sessions] = [
    await store.db.selectFrom('sign_in_tokens').select('hash').execute(),
    await store.db.selectFrom('console_sessions').select('hash').execute(),
  ]
  return { tokens: tokens.length, sessions: sessions.length }
}

test('sign-in links and sessions past their time are deleted, the others still open the console', async () => {
  await using store = await openTestStore()
  const workspaceId = await seedWorkspace(store)
  await seed(store, workspaceId, -1)
  const alive = await seed(store, workspaceId, hourMs)
  await forgetExpired(store.db, new Date())
  expect(await countRows(store)).toEqual({ tokens: 1, sessions: 1 })
  expect(await findSession(store.db, alive.session)).toMatchObject({ workspace_id: workspaceId })
  const taken = await store.db.transaction().execute((tx) => takeSignInToken(tx, alive.token))
  expect(taken).toBe(workspaceId)
  await forgetExpired(store.db, new Date(Date.now() + hourMs + 1))
  expect(await countRows(store)).toEqual({ tokens: 0, sessions: 0 })
})

test('a server tidies when it starts, so that restarts leave no rows behind', async () => {
  await using store = await openTestStore()
  const workspaceId = await seedWorkspace(store)
  for (let i = 0; i < 3; i += 1) await seed(store, workspaceId, -1)
  const server = await startTestServer({}, { store })
  try {
    // The link that this start made.
    await expect.poll(() => countRows(store)).toEqual({ tokens: 1, sessions: 0 })
  } finally {
    await server.close()
  }
})
