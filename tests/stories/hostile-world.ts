import { randomBytes } from 'node:crypto'
import { type PushPlatform, pushPlatforms } from '@carillon/contract'
import { type Device, type PassCertificate, type Sandbox, startSandbox } from '@carillon/sandbox'
import { sql } from 'kysely'
import type { Store } from '../../packages/server/src/00-kernel/index.ts'
import { insertKey, insertWorkspace } from '../../packages/server/src/10-access/store.ts'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { openTestStore } from '../../packages/server/src/testing/test-store.ts'
import { type Api, createApi } from '../../tools/api.ts'
import { createSampleApp, type SampleApp } from '../../tools/sample-app.ts'
import { waitForMessage } from '../../tools/wait-for-message.ts'

type TestServer = Awaited<ReturnType<typeof startTestServer>>

/** What every workspace has one of, by its id. */
export interface Things {
  app: string
  user: string
  subscription: string
  segment: string
  template: string
  campaign: string
  webhook: string
  cap: string
  event: string
  /** Another one, which nothing but chance deactivates. */
  activeEvent: string
  message: string
  delivery: string
  job: string
  key: string
  pass: string
  image: string
}

export interface World {
  sandbox: Sandbox
  store: Store
  /** Serves the API and does nothing else, so that nothing but requests changes the database. */
  server: TestServer
  api: Api
  app: SampleApp
  publishableKey: string
  /** A virtual phone on each platform, not subscribed yet. */
  devices: Record<PushPlatform, Device>
  /** Host and port of an emulator: webhooks may be sent there, and are refused. */
  receiver: string
  own: Things
  foreign: Things
  foreignKey: string
  /** Starts a server with all roles on the same database. */
  startWorkers(): Promise<TestServer>
  close(): Promise<void>
}

/** Stands in every text of the other workspace, and must never be answered to us. */
export const foreignMark = 'BelongsToTheNeighbours'

/** Which of the things an address with an `{id}` is about. */
export function thingAt(path: string): keyof Things {
  if (path.endsWith('/invoke')) return 'activeEvent'
  const [, , plural = ''] = path.split('/')
  return singulars[plural] ?? 'user'
}

const singulars: Record<string, keyof Things> = {
  apps: 'app',
  users: 'user',
  subscriptions: 'subscription',
  segments: 'segment',
  templates: 'template',
  campaigns: 'campaign',
  webhooks: 'webhook',
  caps: 'cap',
  'event-definitions': 'event',
  messages: 'message',
  deliveries: 'delivery',
  jobs: 'job',
  keys: 'key',
  passes: 'pass',
  'pass-images': 'image',
}

/** Two workspaces with something of everything, one of them ours. */
export async function openWorld(): Promise<World> {
  const sandbox = await startSandbox()
  const store = await openTestStore()
  const start = (environment: Record<string, string> = {}) =>
    startTestServer(
      {
        ...sandbox.env,
        SECRET_KEY: masterKey,
        PROVIDER_TIMEOUT_MS: '3000',
        LOG_LEVEL: 'error',
        ...environment,
      },
      { store, ca: [sandbox.caPem] },
    )
  const [receiver = ''] = sandbox.env.ALLOW_PRIVATE_TARGETS?.split(',') ?? []
  const busy = await start()
  const api = createApi(busy.address, busy.key)
  const app = await createSampleApp(api, 'Ours')
  await declareAttributes(api)
  const { wallet } = sandbox.control.accounts()
  const own = await makeThings(api, app.id, 'Ours', {
    receiver,
    wallet,
    token: createDevices(sandbox, app).apns.token,
  })
  const { publishable_key: publishableKey } = await api('GET', `/v1/apps/${app.id}`)
  const foreignKey = 'sk_theneighbours0000000'
  await store.db.transaction().execute(async (tx) => {
    const workspaceId = await insertWorkspace(tx, foreignMark)
    await insertKey(tx, foreignKey, { workspaceId, name: foreignMark, scopes: ['*'], expiresAt: null })
  })
  const foreignApi = createApi(busy.address, foreignKey)
  const foreignApp = await foreignApi('POST', '/v1/apps', { name: foreignMark })
  await foreignApi('POST', `/v1/apps/${foreignApp.id}/publish`)
  const foreign = await makeThings(foreignApi, foreignApp.id, foreignMark, { receiver, wallet })
  await busy.close()

  const server = await start({ ROLES: 'api' })
  return {
    sandbox,
    store,
    server,
    api: createApi(server.address, server.key),
    app,
    publishableKey,
    devices: createDevices(sandbox, app),
    receiver,
    own,
    foreign,
    foreignKey,
    startWorkers: start,
    close: async () => {
      await server.close()
      await store[Symbol.asyncDispose]()
      await sandbox.close()
    },
  }
}

function createDevices(sandbox: Sandbox, app: SampleApp): Record<PushPlatform, Device> {
  const created = pushPlatforms.map((platform) => [
    platform,
    sandbox.control.createDevices({ platform, app: app.names[platform] })[0],
  ])
  return Object.fromEntries(created)
}

const masterKey = randomBytes(32).toString('base64')

async function declareAttributes(api: Api): Promise<void> {
  // Values of the wrong kind, from before anything was declared, stay as they are.
  await api('POST', '/v1/users', {
    attributes: { age: 'old', vip: 'maybe', born: '2024-13-77', tier: 'lead' },
  })
  await api('POST', '/v1/attributes', { name: 'age', type: 'number' })
  await api('POST', '/v1/attributes', { name: 'vip', type: 'boolean' })
  await api('POST', '/v1/attributes', { name: 'born', type: 'date' })
  await api('POST', '/v1/attributes', { name: 'tier', type: 'picklist', values: ['gold', 'basic'] })
}

async function makeThings(
  api: Api,
  appId: string,
  mark: string,
  {
    receiver,
    wallet,
    token = randomBytes(32).toString('hex'),
  }: { receiver: string; wallet: PassCertificate; token?: string },
): Promise<Things> {
  const make = async (path: string, body: unknown): Promise<string> => (await api('POST', path, body)).id
  const user = await make('/v1/users', {
    attributes: {
      email: `${mark}@example.com`,
      first_name: mark,
      age: 36,
      vip: true,
      born: '1990-01-31',
      tier: 'gold',
    },
    identifiers: { crm: mark },
  })
  const subscription = await make('/v1/subscriptions', {
    app_id: appId,
    platform: 'apns',
    token,
    user_id: user,
  })
  const conditions = [{ number: 1, attribute: 'first_name', operator: 'equals', value: mark }]
  const segment = await make('/v1/segments', { name: mark, conditions })
  const template = await make('/v1/templates', { name: mark, content: { title: mark } })
  const makeEvent = (name: string) =>
    make('/v1/event-definitions', {
      name,
      app_id: appId,
      content: { title: `${mark} {{ variables.order_id }}` },
      variables: [{ name: 'order_id', example: mark }],
    })
  const window = { kind: 'rolling', length: 1, unit: 'minutes' }
  const cap = await make('/v1/caps', { name: mark, limit: 1_000, window })
  const webhook = await make('/v1/webhooks', { url: `https://${receiver}/hook`, description: mark })
  const [event, activeEvent] = [await makeEvent(mark), await makeEvent(`${mark}, active`)]
  await api('POST', `/v1/event-definitions/${activeEvent}/activate`)
  const campaign = await make('/v1/campaigns', {
    name: mark,
    type: mark,
    segment_ids: [segment],
    zone: 'Europe/Berlin',
    start_local: '2026-01-01T00:00',
    end_local: '2100-01-01T00:00',
    messages: [{ name: mark, app_id: appId, content: { title: mark } }],
  })
  const message = await make('/v1/messages', {
    app_id: appId,
    to: { user_ids: [user] },
    content: { title: mark },
  })
  await waitForMessage(api, message)
  const { data } = await api('GET', `/v1/messages/${message}/recipients`)
  const delivery: string = data[0].delivery_id
  await api('PUT', `/v1/apps/${appId}/credentials/wallet`, wallet)
  const image = await make('/v1/pass-images', { data: onePixel })
  const card = await make('/v1/messages', {
    app_id: appId,
    channel: 'pass',
    to: { user_ids: [user] },
    content: { title: mark },
    overrides: { wallet: { images: { icon: image } } },
  })
  await waitForMessage(api, card)
  const pass: string = (await api('GET', '/v1/passes')).data[0].id
  const job = await make('/v1/imports', { format: 'csv', data: `email\n${mark}.import@example.com\n` })
  const key = await make('/v1/keys', { name: mark, scopes: ['users:read'] })
  return {
    app: appId,
    user,
    subscription,
    segment,
    template,
    campaign,
    webhook,
    cap,
    event,
    activeEvent,
    message,
    delivery,
    job,
    key,
    pass,
    image,
  }
}

const onePixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGP4z8AAAAMBAQDJ/pLvAAAAAElFTkSuQmCC'

/**
 * Tells whether anything was written: rows per table, and the newest transaction that wrote one of them. The time
 * of a key's last use does not count.
 */
export async function readFingerprint({ db }: Store): Promise<string> {
  const { rows: tables } = await sql<{ name: string }>`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`.execute(db)
  const parts = tables.map(({ name }) => {
    const newest = name === 'api_keys' ? sql`null` : sql`max(xmin::text::bigint)`
    return sql`select ${name}::text as name, count(*) as rows, ${newest}::text as newest from ${sql.table(name)}`
  })
  const { rows } = await sql`${sql.join(parts, sql` union all `)} order by 1`.execute(db)
  return JSON.stringify(rows)
}
