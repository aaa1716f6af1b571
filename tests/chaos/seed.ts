import type { Sandbox } from '@carillon/sandbox'
import { sql } from 'kysely'
import { newId, openStore, sha256 } from '../../packages/server/src/00-kernel/index.ts'
import { createApi } from '../../tools/api.ts'
import { createSampleApp, type SampleApp } from '../../tools/sample-app.ts'
import { startServerProcess } from './server-process.ts'

/**
 * An app with that many working APNs devices, each with its person. The app is made through the API; the devices
 * go straight into the tables, because registering them one by one is not what these tests are about.
 */
export async function seed(
  environment: Record<string, string>,
  sandbox: Sandbox,
  count: number,
): Promise<SampleApp> {
  await using server = await startServerProcess(environment)
  const app = await createSampleApp(
    createApi(server.address, environment.CARILLON_SECRET_KEY as string),
    `Chaos ${Date.now()}`,
  )
  await server.stop()
  await using store = await openStore({
    dataDir: environment.DATA_DIR as string,
    databaseUrl: environment.DATABASE_URL ?? null,
  })
  const chunk = 5_000
  for (let from = 0; from < count; from += chunk) {
    const size = Math.min(chunk, count - from)
    const devices = sandbox.control.createDevices({ platform: 'apns', app: app.names.apns, count: size })
    const users = devices.map(() => newId())
    await sql`
      with owner as (select workspace_id from apps where id = ${app.id}),
      person as (
        insert into users (id, workspace_id, attributes, reconciliation_value)
        select p.id, owner.workspace_id,
          jsonb_build_object('email', p.id || '@example.com', 'first_name', 'Person ' || p.place, 'city', 'Oslo', 'tier', 'gold'),
          p.id || '@example.com'
        from owner, unnest(${users}::uuid[]) with ordinality as p (id, place)
      )
      insert into subscriptions (id, workspace_id, app_id, platform, token, token_hash, user_id)
      select d.id, owner.workspace_id, ${app.id}, 'apns', d.token, d.hash, d.user_id
      from owner, unnest(${devices.map(() => newId())}::uuid[], ${devices.map(({ token }) => token)}::text[],
        ${devices.map(({ token }) => sha256(token as string))}::bytea[], ${users}::uuid[]) as d (id, token, hash, user_id)`.execute(
      store.db,
    )
  }
  return app
}
