import type { Message, Platform } from '@carillon/contract'
import {
  type Device,
  type DeviceRequest,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '@carillon/sandbox'
import { startTestServer } from '../../packages/server/src/testing/test-server.ts'
import { createApi } from '../../tools/api.ts'
import { createSampleApp, type SampleApp } from '../../tools/sample-app.ts'
import { waitForMessage } from '../../tools/wait-for-message.ts'

export type Stage = Awaited<ReturnType<typeof openStage>>

/** The whole product on one stage: real server, real wire, emulated providers, one published app on four platforms. */
export async function openStage(
  options: { sandbox?: SandboxOptions; environment?: Record<string, string>; now?: () => Date } = {},
) {
  const sandbox = await startSandbox(options.sandbox)
  const environment = { ...sandbox.env, PROVIDER_TIMEOUT_MS: '3000', ...options.environment }
  const server = await startTestServer(environment, { ca: [sandbox.caPem], now: options.now })
  const api = createApi(server.address, server.key)
  const app = await createSampleApp(api, 'Story')

  return {
    sandbox,
    server,
    api,
    app,
    /** New virtual devices, subscribed; `person` links them by the reconciliation key. */
    subscribe: (request: Partial<DeviceRequest> & { platform: Platform }, person?: string) =>
      subscribe({ api, sandbox, app }, request, person),
    send: async (message: Record<string, unknown>): Promise<Message> => {
      const { id } = await api('POST', '/v1/messages', { app_id: app.id, ...message })
      return waitForMessage(api, id)
    },
    close: async () => {
      await server.close()
      await sandbox.close()
    },
  }
}

export interface Subscribed {
  id: string
  device: Device
}

async function subscribe(
  { api, sandbox, app }: { api: ReturnType<typeof createApi>; sandbox: Sandbox; app: SampleApp },
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
        platform: request.platform,
        ...('endpoint' in device && device.endpoint
          ? { endpoint: device.endpoint, keys: device.keys }
          : { token: device.token }),
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

/** Every recipient of a message, page by page. */
export async function recipientsOf(api: ReturnType<typeof createApi>, id: string, query = '') {
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
