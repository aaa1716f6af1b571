import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { unzip } from '../../packages/server/src/11-channels/wallet/testing/unzip.ts'
import { openPassStage, type PassStage } from './pass-stage.ts'
import { until } from './stage.ts'

let stage: PassStage
beforeAll(async () => {
  stage = await openPassStage()
})
afterAll(() => stage?.close())

/** What Wallet calls, as a plain HTTP client. */
async function walletCaller(userId: string) {
  const { url, serial, pass_type_id: type } = await stage.passOf(userId)
  const { pass } = await stage.walletWith(userId)
  const files = unzip(Buffer.from(await (await fetch(url)).arrayBuffer()))
  const { authenticationToken: token, webServiceURL: base } = JSON.parse(String(files.get('pass.json')))
  const call = async (
    method: string,
    path: string,
    { body, headers = {} }: { body?: unknown; headers?: Record<string, string> } = {},
  ) => {
    const answer = await fetch(`${base}/v1${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    const bytes = Buffer.from(await answer.arrayBuffer())
    return { status: answer.status, headers: answer.headers, bytes, json: () => JSON.parse(String(bytes)) }
  }
  const own = { authorization: `ApplePass ${token}` }
  const registrations = (device: string) => `/devices/${device}/registrations/${type}`
  return { call, own, token, serial, type, registrations, registered: pass.serial }
}

test('the five endpoints answer as Apple describes them', async () => {
  const [ana, ben] = [await stage.person(), await stage.person()]
  await stage.issue([ana, ben])
  const { call, own, token, serial, type, registrations } = await walletCaller(ana)
  expect(token.length).toBeGreaterThanOrEqual(16)
  const push = { pushToken: 'ab'.repeat(32) }
  const place = `${registrations('device-1')}/${serial}`

  expect((await call('POST', place, { body: push, headers: own })).status).toBe(201)
  expect((await call('POST', place, { body: push, headers: own })).status).toBe(200)
  expect((await call('POST', place, { body: { pushToken: 'no hex' }, headers: own })).status).toBe(422)
  const strangers: Record<string, string>[] = [
    {},
    { authorization: `ApplePass ${token}x` },
    { authorization: `Bearer ${token}` },
  ]
  for (const headers of strangers)
    expect((await call('POST', place, { body: push, headers })).status).toBe(401)
  const other = await walletCaller(ben)
  expect((await call('POST', place, { body: push, headers: other.own })).status).toBe(401)
  expect(
    (await call('POST', place.replace(type, 'pass.com.example.other'), { body: push, headers: own })).status,
  ).toBe(401)

  const all = await call('GET', registrations('device-1'))
  expect([all.status, all.json().serialNumbers]).toEqual([200, [serial]])
  const since = `?passesUpdatedSince=${all.json().lastUpdated}`
  const none = await call('GET', registrations('device-1') + since)
  expect([none.status, none.bytes.length]).toEqual([204, 0])
  expect((await call('GET', registrations('device-of-nobody'))).status).toBe(204)

  const pass = `/passes/${type}/${serial}`
  const fetched = await call('GET', pass, { headers: own })
  expect([fetched.status, fetched.headers.get('content-type')]).toEqual([200, 'application/vnd.apple.pkpass'])
  const modified = fetched.headers.get('last-modified') as string
  expect((await call('GET', pass, { headers: { ...own, 'if-modified-since': modified } })).status).toBe(304)
  expect((await call('GET', pass)).status).toBe(401)

  await stage.issue([ana])
  const changed = await call('GET', registrations('device-1') + since)
  expect(changed.json().serialNumbers).toEqual([serial])
  expect(BigInt(changed.json().lastUpdated)).toBeGreaterThan(BigInt(all.json().lastUpdated))
  const again = await call('GET', pass, { headers: { ...own, 'if-modified-since': modified } })
  expect(again.status).toBe(200)
  expect(Date.parse(again.headers.get('last-modified') as string)).toBeGreaterThan(Date.parse(modified))

  expect((await call('DELETE', place)).status).toBe(401)
  expect((await call('DELETE', place, { headers: own })).status).toBe(200)
  expect((await call('DELETE', place, { headers: own })).status).toBe(200)
  expect((await call('GET', registrations('device-1'))).status).toBe(204)

  expect((await call('POST', '/log', { body: { logs: ['[2026-05-01] get pass task: no'] } })).status).toBe(
    200,
  )
  expect((await call('POST', '/log', { body: { logs: ['x'.repeat(20_000)] } })).status).toBe(413)
  const statuses = []
  for (let i = 0; i < 15; i++) statuses.push((await call('POST', '/log', { body: { logs: [] } })).status)
  expect(statuses.at(-1)).toBe(429)
})

test('a storm of registrations ends with one registration for each device', async () => {
  const ana = await stage.person()
  await stage.issue([ana])
  const { call, own, serial, registrations } = await walletCaller(ana)
  const calls = Array.from({ length: 300 }, (_, i) =>
    call('POST', `${registrations(`storm-${i % 100}`)}/${serial}`, {
      body: { pushToken: 'cd'.repeat(32) },
      headers: own,
    }),
  )
  const statuses = (await Promise.all(calls)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 201)).toHaveLength(100)
  expect(statuses.filter((status) => status === 200)).toHaveLength(200)
  // And the one phone that the caller above was made with.
  expect((await stage.passOf(ana)).devices).toBe(101)
})

test('of several updates within one second none is lost', async () => {
  const ana = await stage.person()
  await stage.issue([ana])
  const { wallet: phone } = await stage.walletWith(ana)
  for (const points of [1, 2, 3]) {
    await stage.api('PATCH', `/v1/users/${ana}`, { attributes: { points } })
    await stage.issue([ana])
    await until(() => stage.heldIn(phone.id).updates === points)
  }
  expect(stage.heldIn(phone.id).notices.map(({ text }) => text)).toEqual([
    'You have 1 points',
    'You have 2 points',
    'You have 3 points',
  ])
})

test('OpenSSL verifies what the link answers, and Wallet refuses it when one byte was changed', async () => {
  const ana = await stage.person()
  await stage.issue([ana])
  const bytes = Buffer.from(await (await fetch((await stage.passOf(ana)).url)).arrayBuffer())
  const files = unzip(bytes)
  const directory = await mkdtemp(join(tmpdir(), 'carillon-pass-'))
  for (const [name, content] of files) await writeFile(join(directory, name), content)
  await writeFile(join(directory, 'ca.pem'), stage.sandbox.caPem)
  const verify = (tool: string) =>
    promisify(execFile)(
      'openssl',
      `${tool} -verify -binary -inform DER -in signature -content manifest.json -CAfile ca.pem -purpose any -out /dev/null`.split(
        ' ',
      ),
      { cwd: directory },
    ).then(
      () => 'ok',
      ({ stderr }) => stderr,
    )
  expect([await verify('smime'), await verify('cms')]).toEqual(['ok', 'ok'])
  await appendFile(join(directory, 'manifest.json'), ' ')
  expect(await verify('smime')).toContain('digest failure')
  await rm(directory, { recursive: true })

  const { id } = stage.sandbox.control.createWallet({ name: 'Strict' })
  const refusal = async (change: (pass: Buffer) => Buffer) => {
    const server = createServer((_request, response) => {
      response.setHeader('content-type', 'application/vnd.apple.pkpass')
      response.end(change(Buffer.from(bytes)))
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const sentence = await stage.sandbox.control.addPass(id, { url }).then(
      () => 'taken',
      (error: Error) => error.message,
    )
    server.close()
    return sentence
  }
  const replaced = (from: string, to: string) => (pass: Buffer) => {
    const at = pass.indexOf(from)
    pass.write(to, at)
    return pass
  }
  expect(await refusal((pass) => pass)).toBe('taken')
  expect(await refusal(replaced('"value":"5"', '"value":"9"'))).toContain(
    'pass.json is not what the manifest',
  )
  expect(await refusal(replaced('"icon.png":"', '"icon.png":"0'))).toMatch(/manifest/)
  const digest = JSON.parse(String(files.get('manifest.json')))['pass.json']
  expect(await refusal((pass) => replaced(digest, digest.toUpperCase())(pass))).toContain(
    'is not what the manifest',
  )
  expect(await refusal((pass) => pass.subarray(0, pass.length - 30))).toContain('ZIP')
})

test('a link that nobody issued, or that was changed, answers 404', async () => {
  const ana = await stage.person()
  await stage.issue([ana])
  const { url } = await stage.passOf(ana)
  const last = url.at(-1) === 'A' ? 'B' : 'A'
  for (const wrong of [url.slice(0, -1), url.slice(0, -1) + last, `${url}A`, url.replace(/[^/]+$/, '..%2f')])
    expect((await fetch(wrong)).status).toBe(404)
})

test('whatever a stranger sends to the web service is refused, and nothing is written', async () => {
  const base = `${stage.server.address}/wallet/v1`
  const count = async () => {
    const { rows } = await sql<{ n: number }>`select count(*) as n from pass_registrations`.execute(
      stage.server.store.db,
    )
    return rows[0]?.n
  }
  const before = await count()
  const odd = [
    '%00',
    '%ff',
    '%ED%A0%80',
    '..',
    '%2e%2e%2f',
    "'",
    '-'.repeat(36),
    'a'.repeat(3_000),
    '%F0%9F%A6%84',
  ]
  const bodies = [
    '',
    '{',
    '[]',
    'null',
    '{"pushToken": 7}',
    '{"pushToken": "\\u0000"}',
    '{"__proto__": 1}',
    '{"logs": [1]}',
  ]
  const paths = odd.flatMap((part) => [
    `/devices/${part}/registrations/${part}/${part}`,
    `/devices/${part}/registrations/${part}?passesUpdatedSince=${part}`,
    `/passes/${part}/${part}`,
    `/../../p/${part}`,
  ])
  for (const path of paths) {
    for (const method of ['GET', 'POST', 'DELETE', 'PUT'] as const) {
      const body = method === 'POST' ? bodies[path.length % bodies.length] : undefined
      const headers = { authorization: `ApplePass ${'x'.repeat(32)}`, 'content-type': 'application/json' }
      const { status } = await fetch(base + path, {
        method,
        headers: body === undefined ? { authorization: headers.authorization } : headers,
        body,
      })
      expect([method, path, status >= 500]).toEqual([method, path, false])
      if (method !== 'GET')
        expect([method, path, status]).toEqual([method, path, expect.toSatisfy((s) => s >= 400)])
    }
  }
  expect(await count()).toBe(before)
})
