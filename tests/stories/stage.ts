import type { Message, Platform } from '@carillon/contract'
import {
  type Device,
  type DeviceRequest,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '@carillon/sandbox'
import { sql } from 'kysely'
import { loadMasterKey, newId, readConfig, sha256 } from '../../packages/server/src/00-kernel/index.ts'
import { startDispatcher } from '../../packages/server/src/70-dispatch/start-dispatcher.ts'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { type Api, createApi } from '../../tools/api.ts'
import { createSampleApp, type SampleApp } from '../../tools/sample-app.ts'
import { waitForMessage } from '../../tools/wait-for-message.ts'

export type Stage = Awaited<ReturnType<typeof openStage>>

/** Real time, and on top of it whatever a test let pass. */
export function createClock() {
  let aheadMs = 0
  return {
    now: () => new Date(Date.now() + aheadMs),
    pass: (ms: number) => {
      aheadMs += ms
    },
  }
}

/** The whole product on one stage: real server, real wire, emulated providers, one published app on four platforms. */
export async function openStage(
  options: {
    sandbox?: SandboxOptions
    environment?: Record<string, string>
    now?: () => Date
    /** Addresses on this machine besides the sandbox's that may be called, and who vouches for them. */
    reach?: { hosts: readonly string[]; ca: readonly string[] }
  } = {},
) {
  const { now = () => new Date(), reach = { hosts: [], ca: [] } } = options
  const sandbox = await startSandbox({ now: () => now().getTime(), ...options.sandbox })
  const environment = {
    ...sandbox.env,
    ALLOW_PRIVATE_TARGETS: [sandbox.env.ALLOW_PRIVATE_TARGETS, ...reach.hosts].join(','),
    PROVIDER_TIMEOUT_MS: '3000',
    ...options.environment,
  }
  const server = await startTestServer(environment, { ca: [sandbox.caPem, ...reach.ca], now })
  const api = createApi(server.address, server.key)
  const db = server.store.db
  const props = { api, sandbox, server, now }
  const app = await createSampleApp(api, 'Story')

  return {
    sandbox,
    server,
    api,
    app,
    ...actorsOf(props, app),
    /** Another published app with the same accounts at the providers, and everything that can be done with it. */
    openApp: async (name: string) => {
      const other = await createSampleApp(api, name)
      return { app: other, ...actorsOf(props, other) }
    },
    /** The message once it has ended. */
    ended: (id: string) => waitForMessage(api, id),
    /** The clock was moved: whatever is due now is looked at now. */
    wake: () =>
      sql`select pg_notify('campaigns', ''), pg_notify('messages', ''), pg_notify('batches', '')`.execute(db),
    /** Until nothing is on the wire and nothing that is due waits to be. */
    settle: () =>
      until(async () => {
        // Whatever is made while the question is on its way is due then, and that is a moment later than now.
        const soon = new Date(now().getTime() + 200)
        const { rows } = await sql`
          select from batches b join messages m on m.seq = b.message_seq
          left join lanes l on l.app_id = b.app_id and l.platform = b.platform and l.environment = b.environment
          where b.closed_at is null and (b.lease_until > ${now()}
            or b.due_at <= ${soon} and b.variant is distinct from -1 and m.paused_at is null and (l.blocked_until is null or l.blocked_until <= ${now()}))
          union all
          select from messages where frozen_at is null and start_at <= ${soon} and paused_at is null
          union all
          select from campaigns where next_evaluation_at <= ${soon} and paused_at is null
          union all
          select from changed_users
          limit 1`.execute(db)
        return rows.length === 0
      }),
    /** A second worker on the same database, as another process would run it; call the answer to stop it. */
    startSecondDispatcher: async () => {
      const config = readConfig(environment)
      const stop = new AbortController()
      const settings = {
        ...config,
        transport: { ...config.transport, proxy: null },
        masterKey: await loadMasterKey(null, server.dataDir),
        ca: [sandbox.caPem],
        logLevel: 'error',
      }
      const running = startDispatcher(server.store, settings, stop.signal, now)
      return () => {
        stop.abort()
        return running
      }
    },
    close: async () => {
      await server.close()
      await sandbox.close()
    },
  }
}

interface Props {
  api: Api
  sandbox: Sandbox
  server: Awaited<ReturnType<typeof startTestServer>>
  now: () => Date
}

/** What can be done with one app. */
function actorsOf(props: Props, app: SampleApp) {
  const { api } = props
  const start = async (message: Record<string, unknown>): Promise<string> =>
    (await api('POST', '/v1/messages', { app_id: app.id, ...message })).id
  return {
    /** New virtual devices, subscribed; `person` links them by the reconciliation key. */
    subscribe: (request: Partial<DeviceRequest> & { platform: Platform }, person?: string) =>
      subscribe(props, app, request, person),
    /** Registers one device as its app would. */
    register: (
      device: Device,
      fields: Record<string, unknown> = {},
    ): Promise<{ id: string; user_id: string | null }> =>
      api('POST', '/v1/subscriptions', { app_id: app.id, ...addressOf(device), ...fields }),
    /** Many devices straight into the table, each with its person when `attributes` are given. */
    seed: (request: DeviceRequest & { count: number }, attributes?: Record<string, string>) =>
      seed(props, app, request, attributes),
    /** Sends, and answers the message's id at once. */
    start,
    /** Sends, and answers the message once it has ended. */
    send: async (message: Record<string, unknown>): Promise<Message> =>
      waitForMessage(api, await start(message)),
  }
}

/** Waits for a condition of the outside world. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20))
}

export interface Subscribed {
  id: string
  device: Device
}

async function subscribe(
  { api, sandbox }: Props,
  app: SampleApp,
  request: Partial<DeviceRequest> & { platform: Platform },
  person?: string,
): Promise<Subscribed[]> {
  const devices = sandbox.control.createDevices({ app: app.names[request.platform], ...request })
  const subscribed: Subscribed[] = []
  for (let from = 0; from < devices.length; from += 100) {
    const some = devices.slice(from, from + 100)
    const { results } = await api('POST', '/v1/subscriptions/batch', {
      subscriptions: some.map((device) => ({
        app_id: app.id,
        ...addressOf(device),
        ...(person ? { reconciliation_value: person } : {}),
      })),
    })
    for (const [i, { id, error }] of results.entries()) {
      if (!id) throw new Error(`A device was refused: ${JSON.stringify(error)}`)
      subscribed.push({ id, device: some[i] as Device })
    }
  }
  return subscribed
}

function addressOf({ platform, token, endpoint, keys }: Device) {
  return endpoint ? { platform, endpoint, keys } : { platform, token }
}

export interface Seeded {
  id: string
  device: Device
  userId: string | null
}

async function seed(
  { sandbox, server, now }: Props,
  app: SampleApp,
  request: DeviceRequest & { count: number },
  attributes?: Record<string, string>,
): Promise<Seeded[]> {
  const { platform, environment = 'production' } = request
  const rows = sandbox.control.createDevices({ app: app.names[platform], ...request }).map((device) => ({
    id: newId(now().getTime()),
    userId: attributes ? newId(now().getTime()) : null,
    device,
    token: (device.endpoint ?? device.token) as string,
  }))
  await sql`
    with device as (
      select * from unnest(${rows.map((row) => row.id)}::uuid[], ${rows.map((row) => row.userId)}::uuid[],
        ${rows.map((row) => row.token)}::text[], ${rows.map((row) => sha256(row.token))}::bytea[],
        ${rows.map(({ device }) => (device.keys ? JSON.stringify(device.keys) : null))}::text[]) as d (id, user_id, token, hash, keys)
    ), person as (
      insert into users (id, workspace_id, attributes)
      select user_id, ${server.workspaceId}, ${JSON.stringify(attributes ?? {})}::jsonb from device where user_id is not null
    )
    insert into subscriptions (id, workspace_id, app_id, platform, environment, token, token_hash, target, keys, device_id, user_id, registered_at)
    select id, ${server.workspaceId}, ${app.id}, ${platform}, ${environment}, token, hash,
      ${platform === 'fcm' ? 'token' : null}, keys::jsonb, id, user_id, ${now()}
    from device`.execute(server.store.db)
  return rows
}

/** Every recipient of a message, page by page. */
export async function recipientsOf(api: Api, id: string, query = '') {
  const all = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const page: { data: Record<string, unknown>[]; page: { next_cursor: string | null } } = await api(
      'GET',
      `/v1/messages/${id}/recipients?limit=200${query}${cursor ? `&cursor=${cursor}` : ''}`,
    )
    all.push(...page.data)
    cursor = page.page.next_cursor
  }
  return all
}
