import { type ChildProcess, spawn } from 'node:child_process'
import { createECDH, createHmac, createPrivateKey, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { endpoints } from '@carillon/contract'
import { type Sandbox, startSandbox } from '@carillon/sandbox'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makePushCertificate } from '../../packages/sandbox/src/apns/push-certificate.ts'
import { makeAuthority } from '../../packages/sandbox/src/crypto/certificate.ts'
import { writePkcs12 } from '../../packages/sandbox/src/crypto/pkcs12.ts'
import { callRaw, faultOf, type HostileAnswer } from './hostile-call.ts'

const main = fileURLToPath(new URL('../../packages/server/src/main.ts', import.meta.url))
const apiKey = `sk_${randomBytes(20).toString('hex')}`
const identityKey = randomBytes(24).toString('base64url')
const passphrase = randomBytes(12).toString('base64url')
/** Stands in the clear in the database, so that it proves that the search finds what is there. */
const publicName = `Public${randomBytes(12).toString('hex')}`

let sandbox: Sandbox
let dataDir: string
let server: { child: ChildProcess; address: string; output: () => string }
/** What must never be seen, by what it is. Texts of 16 characters or more. */
const secrets = new Map<string, string>([
  ['the API key', apiKey],
  ['the identity key', identityKey],
  ['the passphrase', passphrase],
])
const seen: { where: string; text: string }[] = []

beforeAll(async () => {
  sandbox = await startSandbox()
  dataDir = await mkdtemp(join(tmpdir(), 'carillon-secrets-'))
  server = await startProcess()
  secrets.set('the master key', (await readFile(join(dataDir, 'master-key'), 'utf8')).trim())
}, 60_000)
afterAll(async () => {
  await stopProcess()
  await sandbox.close()
  await rm(dataDir, { recursive: true, force: true })
})

test('credentials, keys and tokens are taken and used', { timeout: 60_000 }, async () => {
  const app = await ask('POST', '/v1/apps', {
    name: publicName,
    identity_required: true,
    identity_key: identityKey,
  })
  const other = await ask('POST', '/v1/apps', { name: 'By certificate' })
  for (const [id, platform, credential] of credentialsFor(app.id, other.id))
    await ask('PUT', `/v1/apps/${id}/credentials/${platform}`, credential)
  await ask('POST', `/v1/apps/${app.id}/publish`)
  const { key } = await ask(
    'POST',
    '/v1/keys',
    { name: 'Second', scopes: ['users:read'] },
    { 'idempotency-key': 'k' },
  )
  const replayed = await ask(
    'POST',
    '/v1/keys',
    { name: 'Second', scopes: ['users:read'] },
    { 'idempotency-key': 'k' },
  )
  expect(replayed.key).toBe(key)
  secrets.set('the second API key', key)
  const [receiver] = sandbox.env.ALLOW_PRIVATE_TARGETS?.split(',') ?? []
  const webhook = await ask('POST', '/v1/webhooks', { url: `https://${receiver}/hook` })
  const rotated = await ask('POST', `/v1/webhooks/${webhook.id}/rotate-secret`)
  secrets.set('the webhook’s first secret', webhook.secret)
  secrets.set('the webhook’s second secret', rotated.secret)
  await ask('POST', `/v1/webhooks/${webhook.id}/test`)
  const session = await callRaw(server.address, {
    method: 'POST',
    path: '/v1/sign-in',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ token: apiKey }),
  })
  const cookie = /carillon_session=([^;]+)/.exec(String(session.headers['set-cookie']))?.[1]
  secrets.set('the session', String(cookie))

  const person = 'ada@example.com'
  await ask('POST', '/v1/users', { attributes: { email: person } })
  const userToken = tokenFor(person)
  secrets.set('the user token', userToken)
  for (const platform of ['apns', 'fcm', 'wns'] as const) {
    const name = { apns: 'com.example.carillon', fcm: 'carillon-sandbox', wns: wnsClientId() }[platform]
    const [device] = sandbox.control.createDevices({ platform, app: name })
    const claim = { reconciliation_value: person, user_token: userToken }
    await ask('POST', '/v1/subscriptions', { app_id: app.id, platform, token: device?.token, ...claim })
  }
})

test('a provider that fails, in every way, is told of without secrets', { timeout: 60_000 }, async () => {
  const { data } = await ask('GET', '/v1/apps')
  const app = data.find(({ name }: { name: string }) => name === publicName)
  sandbox.control.addFault({ provider: 'apns', fault: 'status', status: 403, reason: 'InvalidProviderToken' })
  sandbox.control.addFault({ provider: 'fcmToken', fault: 'status', status: 400 })
  sandbox.control.addFault({ provider: 'wnsToken', fault: 'status', status: 401 })
  const { id } = await ask('POST', '/v1/messages', {
    app_id: app.id,
    to: { all: true },
    content: { title: 'x' },
  })
  await expect
    .poll(async () => (await ask('GET', `/v1/messages/${id}`)).holds.length, { timeout: 30_000 })
    .toBe(3)
  for (const platform of ['apns', 'fcm', 'webpush', 'wns', 'email']) {
    const { stages } = await ask('POST', `/v1/apps/${app.id}/credentials/${platform}/test`, {})
    expect(stages.length).toBeGreaterThan(0)
  }
})

test('no answer to any GET, no metric and no description holds a secret', { timeout: 60_000 }, async () => {
  const ids = await idsByTable()
  for (const endpoint of endpoints) {
    if (endpoint.method !== 'GET') continue
    const [, , table = ''] = endpoint.path.split('/')
    const concrete = endpoint.path.replace('{attribute}', 'email').replace('{value}', 'ada@example.com')
    for (const id of endpoint.path.includes('{id}') ? (ids[table] ?? []) : ['']) {
      for (const platform of ['apns', 'fcm', 'webpush', 'wns', 'email']) {
        const query = endpoint.id === 'whyMessage' ? `?user_id=${ids.users?.[0]}` : ''
        await look('GET', concrete.replace('{id}', id).replace('{platform}', platform) + query)
      }
    }
  }
  for (const path of ['/metrics', '/openapi.json', '/docs', '/healthz', '/readyz', '/', '/sw.js'])
    await look('GET', path)
})

test('a problem never says the secret that it is about', { timeout: 60_000 }, async () => {
  const ids = await idsByTable()
  for (const [, platform, credential] of credentialsFor('', '')) {
    for (const [field, value] of Object.entries(credential as Record<string, unknown>)) {
      const wrong = [`${value}x`, String(value).slice(0, -9), [value], { value }, String(value).repeat(3)]
      for (const each of wrong)
        await look('PUT', `/v1/apps/${ids.apps?.[0]}/credentials/${platform}`, {
          ...(credential as object),
          [field]: each,
        })
    }
    const text = JSON.stringify(credential)
    for (const cut of [
      text.slice(0, -1),
      text.replace('":"', '":'),
      text.replace('","', '" "'),
      `${text}x`,
      `[${text}`,
    ])
      await look('PUT', `/v1/apps/${ids.apps?.[0]}/credentials/${platform}`, cut)
  }
  await look('POST', '/v1/apps', { name: 'x', identity_key: [identityKey] })
  await look('POST', '/v1/apps', { name: 'x', identity_key: identityKey.repeat(20) })
  await look('POST', '/v1/sign-in', { token: `${apiKey}x` })
  const claim = {
    app_id: ids.apps?.[0],
    platform: 'fcm',
    token: 'abc',
    user_token: secrets.get('the user token'),
  }
  await look('POST', '/v1/subscriptions', { ...claim, reconciliation_value: 'somebody@example.com' })
  await look('GET', `/v1/users?search=${apiKey}&limit=x`)
})

test('the whole output of the process, at its most talkative, holds no secret', async () => {
  await stopProcess()
  expect(server.output()).toContain(server.address)
  seen.push({ where: 'the output', text: server.output() })
  expect(leaksIn(seen, 1)).toEqual([])
})

test('the files of the database hold no secret', async () => {
  const files = await readdir(dataDir, { recursive: true, withFileTypes: true })
  const texts = await Promise.all(
    files
      .filter((file) => file.isFile() && file.name !== 'master-key')
      .map(async (file) => {
        const where = join(file.parentPath, file.name)
        return { where, text: await readFile(where, 'latin1') }
      }),
  )
  expect(texts.some(({ text }) => text.includes(publicName))).toBe(true)
  expect(leaksIn(texts, 200)).toEqual([])
})

/**
 * Every place where a piece of a secret can be read: 16 characters in a row, looked for at every so many. What an
 * error quotes is short, so answers are searched finely.
 */
function leaksIn(places: readonly { where: string; text: string }[], step: number): string[] {
  const pieces = [...secrets].flatMap(([name, secret]) =>
    secret
      .split('\n')
      .filter((line) => line.length >= 16 && !line.startsWith('-----'))
      .flatMap((line) => piecesOf(line, step))
      .map((piece) => ({ name, piece })),
  )
  return places.flatMap(({ where, text }) =>
    pieces
      .filter(({ piece }) => text.includes(piece))
      .map(({ name, piece }) => `${name} (${piece}) in ${where}`),
  )
}

function piecesOf(line: string, step: number): string[] {
  const count = Math.floor((line.length - 16) / step) + 1
  return Array.from({ length: count }, (_, i) => line.slice(i * step, i * step + 16))
}

/** A user token as an app's own server makes it: a JWT under HS256 (RFC 7519). */
function tokenFor(sub: string): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const signed = `${encode({ alg: 'HS256' })}.${encode({ sub, exp: Math.floor(Date.now() / 1000) + 3_600 })}`
  return `${signed}.${createHmac('sha256', identityKey).update(signed).digest('base64url')}`
}

function wnsClientId(): string {
  return sandbox.control.accounts().wns.client_id
}

/** One credential of each kind, all of whose secrets are known. */
function credentialsFor(appId: string, certificateAppId: string): [string, string, object][] {
  const { apns, email, fcm, wns, wallet, twilio, smpp } = sandbox.control.accounts()
  const [vapid, p12] = [vapidPair(), pushCertificate()]
  secrets.set('the APNs key', apns.key)
  secrets.set('the APNs key’s number', scalarOf(apns.key))
  secrets.set('the FCM key', fcm.private_key)
  secrets.set('the key of the passes', wallet.key)
  secrets.set('the number of that key', scalarOf(wallet.key))
  secrets.set('the WNS secret', wns.client_secret)
  secrets.set('the VAPID key', vapid.private_key)
  secrets.set('the password of the mail server', email.password)
  secrets.set('the Twilio token', twilio.auth_token)
  secrets.set('the password of the message centre', smpp.password)
  // An RSA key as any other; the FCM account has one at hand.
  const dkim = { domain: 'sandbox.example', selector: 's1', private_key: fcm.private_key }
  secrets.set('the certificate file', p12)
  const { tenant_id, client_id, client_secret } = wns
  const certificate = { auth: 'certificate', certificate: p12, passphrase, environment: 'production' }
  return [
    [appId, 'apns', { auth: 'token', ...apns, environment: 'production' }],
    [certificateAppId, 'apns', certificate],
    [appId, 'fcm', fcmFields(fcm)],
    [appId, 'webpush', { subject: 'mailto:a@example.com', ...vapid }],
    [appId, 'wallet', wallet],
    [appId, 'email', { ...email, dkim }],
    [appId, 'wns', { tenant_id, client_id, client_secret }],
    [appId, 'sms', twilio],
    [certificateAppId, 'sms', smpp],
  ]
}

function fcmFields({
  project_id,
  client_email,
  private_key,
}: Record<'project_id' | 'client_email' | 'private_key', string>) {
  return { project_id, client_email, private_key }
}

let madeVapid: { public_key: string; private_key: string } | undefined
function vapidPair() {
  if (madeVapid) return madeVapid
  const pair = createECDH('prime256v1')
  pair.generateKeys()
  madeVapid = { public_key: pair.getPublicKey('base64url'), private_key: pair.getPrivateKey('base64url') }
  return madeVapid
}

let madeCertificate: string | undefined
function pushCertificate(): string {
  const { certificate, key } = makePushCertificate(makeAuthority(), 'com.example.certificate')
  madeCertificate ??= writePkcs12(certificate, createPrivateKey(key), passphrase).toString('base64')
  return madeCertificate
}

function scalarOf(pem: string): string {
  return createPrivateKey(pem).export({ format: 'jwk' }).d as string
}

async function idsByTable(): Promise<Record<string, string[]>> {
  const tables = ['apps', 'users', 'subscriptions', 'segments', 'templates', 'messages', 'keys', 'webhooks']
  const lists = tables.map(async (table) => {
    const { data } = await ask('GET', `/v1/${table}`)
    return [table, data.map(({ id }: { id: string }) => id)]
  })
  return Object.fromEntries(await Promise.all(lists))
}

/** Asks and keeps the answer for the search. */
async function look(method: string, path: string, body?: unknown): Promise<HostileAnswer> {
  const answer = await callRaw(server.address, {
    method,
    path,
    headers: {
      authorization: `Bearer ${apiKey}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  expect([path, faultOf(answer)]).toEqual([path, null])
  seen.push({ where: `${method} ${path}`, text: JSON.stringify(answer.headers) + answer.text })
  return answer
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<HostileAnswer['body']> {
  const answer = await callRaw(server.address, {
    method,
    path,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`)
  return answer.body
}

async function startProcess() {
  const child = spawn(process.execPath, [main], {
    env: {
      ...process.env,
      ...sandbox.env,
      DATABASE_URL: '',
      PORT: '0',
      DATA_DIR: dataDir,
      CARILLON_SECRET_KEY: apiKey,
      PROVIDER_TIMEOUT_MS: '3000',
      LOG_LEVEL: 'debug',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const address = new Promise<string>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        lines.push(line)
        if (line.startsWith('{"address"')) resolve(JSON.parse(line).address)
      })
    }
    child.once('exit', (code) => reject(new Error(`The server stopped with ${code}: ${lines.join('\n')}`)))
  })
  return { child, address: await address, output: () => lines.join('\n') }
}

async function stopProcess(): Promise<void> {
  if (!server || server.child.exitCode !== null) return
  const exited = once(server.child, 'exit')
  server.child.kill('SIGTERM')
  await exited
}
