import { z } from 'zod'

const url = z.url()
const loopbackOrHttps = url.refine(
  (value) => /^https:/.test(value) || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(value).hostname),
  'must be https, or plain http on a loopback address',
)
const roles = ['api', 'worker', 'scheduler'] as const
const list = (value: string) =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter(Boolean)

/** Every setting, its unit and what happens when it is absent. `docs/reference/config.md` is written from this. */
export const environmentSchema = z.object({
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .describe('Port of the API and the console; 0 takes a free one.'),
  HOST: z.string().default('127.0.0.1').describe('Address to listen on.'),
  DATA_DIR: z
    .string()
    .default('./data')
    .describe('Where the embedded database, the master key and the first secret key are kept.'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(ql)?:\/\//, 'must start with postgres://')
    .optional()
    .describe('PostgreSQL 15 or newer. Absent: the embedded database in DATA_DIR.'),
  ROLES: z
    .string()
    .default('api,worker,scheduler')
    .transform(list)
    .pipe(z.array(z.enum(roles)).min(1))
    .describe('What this process does: api, worker (sends), scheduler (freezes audiences, runs jobs).'),
  WORKER_THREADS: z.coerce
    .number()
    .int()
    .min(0)
    .max(64)
    .default(1)
    .describe('Threads that send; 0 sends in the thread of the API.'),
  SECRET_KEY: z
    .string()
    .optional()
    .describe(
      'Master key that seals credentials: 32 bytes in base64 or hex. Absent: made once and kept in DATA_DIR.',
    ),
  CARILLON_SECRET_KEY: z
    .string()
    .regex(/^sk_[A-Za-z0-9_]{16,200}$/, 'must be sk_ and 16 or more letters and digits')
    .optional()
    .describe(
      'Presets the first secret API key. Absent: made at the first start and written to DATA_DIR/secret-key.txt.',
    ),
  PUBLIC_URL: loopbackOrHttps
    .optional()
    .describe('The address under which people and devices reach this server. Absent: http://HOST:PORT.'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'silent'])
    .default('info')
    .describe('How much is logged.'),
  APNS_ENDPOINT: loopbackOrHttps.default('https://api.push.apple.com').describe('APNs production.'),
  APNS_SANDBOX_ENDPOINT: loopbackOrHttps
    .default('https://api.sandbox.push.apple.com')
    .describe('APNs sandbox.'),
  FCM_ENDPOINT: loopbackOrHttps.default('https://fcm.googleapis.com').describe('FCM HTTP v1.'),
  FCM_TOKEN_ENDPOINT: loopbackOrHttps
    .optional()
    .describe('OAuth token address for FCM. Absent: the one in the service account.'),
  WNS_TOKEN_ENDPOINT: loopbackOrHttps
    .default('https://login.microsoftonline.com')
    .describe('Entra token service for WNS.'),
  TWILIO_ENDPOINT: loopbackOrHttps
    .default('https://api.twilio.com')
    .describe('Twilio, or whoever speaks like it, for text messages.'),
  ALLOW_PRIVATE_TARGETS: z
    .string()
    .default('')
    .transform(list)
    .describe(
      'Comma list of host or host:port that Web Push, WNS and webhook addresses may name although they are private.',
    ),
  SANDBOX_URL: loopbackOrHttps
    .optional()
    .describe('Control address of the sandbox; the console shows its virtual phones.'),
  PROVIDER_TIMEOUT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .max(120_000)
    .default(15_000)
    .describe('Milliseconds to wait for a provider or a webhook to answer one request.'),
  HTTP_TRANSPORT: z
    .enum(['socket', 'node'])
    .default('socket')
    .describe('How providers are spoken to: `socket`, our own HTTP/2 client; `node`, the one of Node.js.'),
  HTTPS_PROXY: z
    .string()
    .regex(/^http:\/\/[^/]+\/?$/, 'must be http://[user:password@]host:port')
    .optional()
    .describe('A proxy that takes CONNECT, for all connections to providers and webhooks.'),
  NO_PROXY: z
    .string()
    .default('')
    .transform(list)
    .describe('Comma list of hosts that are reached without the proxy. This machine always is.'),
})

export interface Config {
  port: number
  host: string
  dataDir: string
  databaseUrl: string | null
  roles: readonly ('api' | 'worker' | 'scheduler')[]
  workerThreads: number
  publicUrl: string | null
  logLevel: string
  endpoints: {
    apns: string
    apnsSandbox: string
    fcm: string
    fcmToken: string | null
    wnsToken: string
    twilio: string
  }
  allowPrivateTargets: readonly string[]
  sandboxUrl: string | null
  providerTimeoutMs: number
  transport: { http: 'socket' | 'node'; noProxy: readonly string[] }
  /** Apart, so that the rest may be logged. */
  secrets: { masterKey: string | null; apiKey: string | null; proxy: string | null }
}

/** Reads the environment; throws one error that names every variable that is wrong. */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const present = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = environmentSchema.safeParse(present)
  if (!parsed.success) {
    const lines = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
    throw new Error(`The configuration is wrong.\n${lines.join('\n')}`)
  }
  const env = parsed.data
  return Object.freeze({
    port: env.PORT,
    host: env.HOST,
    dataDir: env.DATA_DIR,
    databaseUrl: env.DATABASE_URL ?? null,
    roles: env.ROLES,
    workerThreads: env.WORKER_THREADS,
    publicUrl: env.PUBLIC_URL ?? null,
    logLevel: env.LOG_LEVEL,
    endpoints: {
      apns: env.APNS_ENDPOINT,
      apnsSandbox: env.APNS_SANDBOX_ENDPOINT,
      fcm: env.FCM_ENDPOINT,
      fcmToken: env.FCM_TOKEN_ENDPOINT ?? null,
      wnsToken: env.WNS_TOKEN_ENDPOINT,
      twilio: env.TWILIO_ENDPOINT,
    },
    allowPrivateTargets: env.ALLOW_PRIVATE_TARGETS,
    sandboxUrl: env.SANDBOX_URL ?? null,
    providerTimeoutMs: env.PROVIDER_TIMEOUT_MS,
    transport: { http: env.HTTP_TRANSPORT, noProxy: env.NO_PROXY },
    secrets: {
      masterKey: env.SECRET_KEY ?? null,
      apiKey: env.CARILLON_SECRET_KEY ?? null,
      proxy: env.HTTPS_PROXY ?? null,
    },
  })
}
