import { generateKeyPairSync } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { openStore, type StoreOptions } from '../../packages/server/src/00-kernel/index.ts'
import { type ServerProcess, startServerProcess } from '../../tests/chaos/server-process.ts'
import { type Api, createApi } from '../../tools/api.ts'
import type { Sink } from '../stage/nginx-sink.ts'
import type { PostgresCluster } from '../stage/postgres-cluster.ts'
import { addPeople, settle } from './people.ts'

export interface CampaignStage extends AsyncDisposable {
  server: ServerProcess
  api: Api
  appId: string
  warmUpAppId: string
  /** Whose devices are in the other environment, that of the probe; null without one. */
  probeAppId: string | null
  /** The probe's one device. */
  probeSubscriptionId: string | null
}

export interface CampaignSettings {
  directory: string
  recipients: number
  sink: Pick<Sink, 'origin' | 'certificateFile'>
  /** Null: the embedded database. */
  postgres: PostgresCluster | null
  /** Another sink, for single sends during the campaign. */
  probeOrigin?: string
}

export const warmUpRecipients = 2_000
const key = 'sk_bench000000000000000'
let stages = 0

/** The server as production runs it, freshly started on a filled database. */
export async function setCampaignStage(settings: CampaignSettings): Promise<CampaignStage> {
  const { postgres, sink, recipients, probeOrigin } = settings
  const name = `campaign_${recipients}_${++stages}`
  const dataDir = join(settings.directory, name)
  mkdirSync(dataDir)
  const databaseUrl = postgres ? await postgres.createDatabase(name) : null
  const environment: Record<string, string> = {
    ...(databaseUrl && { DATABASE_URL: databaseUrl }),
    DATA_DIR: dataDir,
    WORKER_THREADS: '1',
    CARILLON_SECRET_KEY: key,
    APNS_ENDPOINT: sink.origin,
    APNS_SANDBOX_ENDPOINT: probeOrigin ?? sink.origin,
    NODE_EXTRA_CA_CERTS: sink.certificateFile,
  }

  const apps = await makeApps(environment, probeOrigin !== undefined)
  const probeSubscriptionId = await fill({ dataDir, databaseUrl }, apps, recipients)
  const server = await startServerProcess(environment)
  process.once('exit', () => server.process.kill())
  return {
    ...apps,
    probeSubscriptionId,
    server,
    api: createApi(server.address, key),
    [Symbol.asyncDispose]: async () => {
      await server.stop()
      await postgres?.dropDatabase(name)
    },
  }
}

type Apps = Pick<CampaignStage, 'appId' | 'warmUpAppId' | 'probeAppId'>

async function fill(options: StoreOptions, apps: Apps, recipients: number): Promise<string | null> {
  await using store = await openStore(options)
  const { appId, warmUpAppId, probeAppId } = apps
  await addPeople(store, { appId, count: recipients, tier: 'gold' })
  await addPeople(store, { appId: warmUpAppId, count: warmUpRecipients, tier: 'none' })
  if (probeAppId)
    await addPeople(store, { appId: probeAppId, count: 1, tier: 'none', environment: 'sandbox' })
  await settle(store)
  if (!probeAppId) return null
  const probe = store.db.selectFrom('subscriptions').select('id').where('app_id', '=', probeAppId)
  return (await probe.executeTakeFirstOrThrow()).id
}

async function makeApps(environment: Record<string, string>, withProbe: boolean): Promise<Apps> {
  const server = await startServerProcess(environment)
  const api = createApi(server.address, key)
  const apps = {
    appId: await makeApp(api, 'Campaign', 'production'),
    warmUpAppId: await makeApp(api, 'Warm-up', 'production'),
    probeAppId: withProbe ? await makeApp(api, 'Probe', 'sandbox') : null,
  }
  await server.stop()
  return apps
}

async function makeApp(api: Api, name: string, environment: string): Promise<string> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const { id } = await api('POST', '/v1/apps', { name })
  await api('PUT', `/v1/apps/${id}/credentials/apns`, {
    auth: 'token',
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    key_id: 'BENCHKEY01',
    team_id: 'BENCHTEAM1',
    bundle_id: 'com.example.bench',
    environment,
  })
  await api('POST', `/v1/apps/${id}/publish`)
  return id
}
