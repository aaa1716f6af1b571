import { existsSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { FastifyInstance } from 'fastify'
import { Counter, collectDefaultMetrics, Registry } from 'prom-client'
import {
  type Config,
  createDeliveryIds,
  createLog,
  createVault,
  keepUp,
  loadMasterKey,
  openStore,
  type Store,
} from './00-kernel/index.ts'
import { createSignInToken, ensureWorkspace } from './10-access/index.ts'
import { createTrackingLinks } from './11-channels/index.ts'
import { createUnsubscribeLinks } from './30-audience/index.ts'
import { runJobs } from './30-audience/jobs.ts'
import { createPassSecrets, createPassWebService } from './45-passes/index.ts'
import { runCampaigns } from './50-schedule/campaigns/jobs.ts'
import { runDecisions } from './50-schedule/experiments/jobs.ts'
import { releaseAllLeases } from './50-schedule/index.ts'
import { runFreezer } from './50-schedule/messages/jobs.ts'
import { type DispatcherSettings, laneOptions } from './70-dispatch/index.ts'
import { runDispatch } from './70-dispatch/jobs.ts'
import { createTrackingService, createUnsubscribeService, recordDelivered } from './80-feedback/index.ts'
import { runSmsReports } from './80-feedback/jobs.ts'
import { runSequencer, runWebhooks } from './85-webhooks/jobs.ts'
import { registerQueueGauges } from './90-reports/queue-gauges.ts'
import { docsPage, openApiText } from './99-http/api-description.ts'
import { createHttpServer } from './99-http/index.ts'
import { apiRoutes } from './api-routes.ts'
import { runTidying } from './run-tidying.ts'

export interface Overrides {
  /** An open store instead of the configured one; the caller closes it. */
  store?: Store
  now?: () => Date
  /** PEM certificates to trust for providers, besides Node's own. */
  ca?: readonly string[]
  /** Where the host names of push endpoints lead, instead of what DNS says. */
  hosts?: DispatcherSettings['hosts']
  consoleDir?: string | null
}

export interface RunningServer extends AsyncDisposable {
  address: string
  signInLink: string
  workspaceId: string
  store: Store
}

const version = '0.1.0'
const builtConsole = fileURLToPath(new URL('../../console/dist', import.meta.url))

/** The parts list, in the order in which they start; they stop in reverse. */
export async function startServer(config: Config, overrides: Overrides = {}): Promise<RunningServer> {
  const log = createLog(config.logLevel)
  const now = overrides.now ?? (() => new Date())
  const stop = new AbortController()
  await mkdir(config.dataDir, { recursive: true })

  const store =
    overrides.store ?? (await openStore({ dataDir: config.dataDir, databaseUrl: config.databaseUrl }))
  const masterKey = await loadMasterKey(config.secrets.masterKey, config.dataDir)
  const vault = createVault(masterKey)
  const deliveryIds = createDeliveryIds(vault.derive('delivery ids'))
  const workspaceId = await ensureWorkspace(store, { dataDir: config.dataDir, apiKey: config.secrets.apiKey })
  if (store.kind === 'embedded') await releaseAllLeases(store.db)

  const settings: DispatcherSettings = {
    masterKey,
    endpoints: config.endpoints,
    ca: overrides.ca ?? [],
    allowPrivateTargets: config.allowPrivateTargets,
    hosts: overrides.hosts,
    providerTimeoutMs: config.providerTimeoutMs,
    transport: { ...config.transport, proxy: config.secrets.proxy },
    logLevel: config.logLevel,
  }
  const metrics = new Registry()
  // Its own 10 ms would be most of what an idle server costs; nodejs_eventloop_lag_* contain this interval.
  collectDefaultMetrics({ register: metrics, eventLoopMonitoringPrecision: 100 })
  const unknownInteractions = new Counter({
    name: 'carillon_unknown_interactions_total',
    help: 'Interactions reported for deliveries that are not ours.',
    registers: [metrics],
  })
  registerQueueGauges(metrics, store.db, now)

  const http = await createHttpServer({
    store,
    vault,
    log,
    metrics,
    openApi: openApiText(version),
    docsPage: docsPage(version),
    isStopping: () => stop.signal.aborted,
    routes: config.roles.includes('api')
      ? apiRoutes({
          store,
          vault,
          deliveryIds,
          now,
          laneOptions: laneOptions(settings, { db: store.db, vault, now: () => now().getTime() }),
          sandbox: config.sandboxUrl !== null,
          version,
          countUnknown: (n) => unknownInteractions.inc(n),
          address: () => addressOf(http, config),
        })
      : [],
    passes: config.roles.includes('api')
      ? createPassWebService({
          store,
          vault,
          secrets: createPassSecrets(vault),
          log: log.child({ room: 'passes' }),
          now,
          address: () => addressOf(http, config),
          onDelivered: (tx, deliveryId) => recordDelivered(tx, { deliveryIds, deliveryId, now: now() }),
        })
      : undefined,
    unsubscribe: config.roles.includes('api')
      ? createUnsubscribeService({ store, links: createUnsubscribeLinks(vault), deliveryIds, now })
      : undefined,
    tracking: config.roles.includes('api')
      ? createTrackingService({ store, links: createTrackingLinks(vault), deliveryIds, now })
      : undefined,
    sandboxUrl: config.sandboxUrl,
    consoleDir:
      overrides.consoleDir === undefined
        ? existsSync(builtConsole)
          ? builtConsole
          : null
        : overrides.consoleDir,
    isHttps: config.publicUrl?.startsWith('https:') ?? false,
  })
  await http.listen({ port: config.port, host: config.host })

  const context = { log, now, signal: stop.signal }
  const loops: Promise<void>[] = [keepUp(store, context), runTidying(store, context)]
  if (config.roles.includes('scheduler'))
    loops.push(
      runFreezer(store, context),
      runCampaigns(store, context),
      runDecisions(store, context),
      runJobs(store, context),
      runSequencer(store, context),
      runSmsReports(store, { deliveryIds, ...context }),
    )
  if (config.roles.includes('worker'))
    loops.push(
      runDispatch(
        store,
        { ...settings, publicUrl: addressOf(http, config) },
        { threads: config.workerThreads, ...context },
      ),
      runWebhooks(store, {
        vault,
        deliveryIds,
        reach: laneOptions(settings, { db: store.bulk, vault, now: () => now().getTime() }),
        ...context,
      }),
    )

  const address = addressOf(http, config)
  return {
    address,
    signInLink: `${address}/sign-in?token=${await createSignInToken(store.db, workspaceId)}`,
    workspaceId,
    store,
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await http.close()
      await Promise.all(loops)
      if (!overrides.store) await store[Symbol.asyncDispose]()
    },
  }
}

function addressOf({ server }: FastifyInstance, { publicUrl, host }: Config): string {
  const { port } = server.address() as AddressInfo
  return publicUrl ?? `http://${host === '0.0.0.0' ? 'localhost' : host}:${port}`
}
