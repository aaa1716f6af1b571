import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Sandbox } from '../index.ts'
import { startSandbox } from '../index.ts'
import type { ApnsSender } from '../testing/apns-sender.ts'
import { openApns } from '../testing/apns-sender.ts'

let sandbox: Sandbox
let sender: ApnsSender
beforeAll(async () => {
  sandbox = await startSandbox()
  sender = await openApns(sandbox)
})
afterAll(async () => {
  sender.close()
  await sandbox.close()
})

async function call(method: string, path: string, body?: unknown) {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const answer = await fetch(sandbox.controlUrl + path, { method, body: text })
  return {
    status: answer.status,
    headers: answer.headers,
    json: answer.status === 204 ? undefined : await answer.json(),
  }
}

const pushTo = (token: string, deliveryId: string) =>
  sender.send(token, {}, JSON.stringify({ aps: { alert: 'x' }, carillon: { delivery_id: deliveryId } }))

it('hands out the ready-made credentials', async () => {
  const { json } = await call('GET', '/accounts')
  expect(json).toMatchObject({
    apns: {
      key: expect.stringContaining('PRIVATE KEY'),
      key_id: expect.stringMatching(/^\w{10}$/),
      team_id: expect.stringMatching(/^\w{10}$/),
      bundle_id: 'com.example.carillon',
    },
    apns_certificate: {
      certificate: expect.any(String),
      passphrase: 'sandbox',
      bundle_id: 'com.example.carillon',
    },
    fcm: {
      type: 'service_account',
      project_id: 'carillon-sandbox',
      token_uri: sandbox.env.FCM_TOKEN_ENDPOINT,
    },
    wns: { tenant_id: expect.any(String), client_id: expect.any(String), client_secret: expect.any(String) },
  })
})

it('adds accounts and takes them away', async () => {
  const added = await call('POST', '/accounts/apns', { team_id: 'NEWTEAM001', bundle_ids: ['com.new.app'] })
  expect(added.json).toMatchObject({ team_id: 'NEWTEAM001', bundle_id: 'com.new.app' })
  expect((await call('POST', '/accounts/fcm', { project_id: 'new-project' })).json.project_id).toBe(
    'new-project',
  )
  expect((await call('POST', '/accounts/wns', { client_id: 'new-client' })).json.client_id).toBe('new-client')
  expect((await call('DELETE', `/accounts/apns/${added.json.key_id}`)).status).toBe(204)
  expect((await call('DELETE', '/accounts/fcm/new-project')).status).toBe(204)
  expect((await call('DELETE', '/accounts/wns/new-client')).status).toBe(204)
  expect((await call('DELETE', '/accounts/wns/new-client')).status).toBe(404)
})

it('mints devices, and shows what a phone received and what was done with it', async () => {
  const { json } = await call('POST', '/devices', { platform: 'apns', name: 'Phone', count: 2 })
  expect(json.devices).toMatchObject([{ name: 'Phone 1' }, { name: 'Phone 2' }])
  const [{ id, token }] = json.devices
  await pushTo(token, 'd1')
  const phone = (await call('GET', `/phones/${id}`)).json
  expect(phone.notifications).toMatchObject([{ body: 'x', delivery_id: 'd1', interactions: [] }])
  const path = `/phones/${id}/notifications/${phone.notifications[0].id}/act`
  expect((await call('POST', path, { type: 'action', action_id: 'yes' })).json.interactions).toMatchObject([
    { type: 'action', action_id: 'yes' },
  ])
  expect((await call('DELETE', '/phones')).status).toBe(204)
  expect((await call('GET', '/phones')).json.phones).toMatchObject([
    { name: 'Phone 1', notifications: [] },
    { name: 'Phone 2', notifications: [] },
  ])
})

it('streams arrivals as they happen', async () => {
  const [device] = sandbox.control.createDevices({ platform: 'apns', name: 'Live' })
  const answer = await fetch(`${sandbox.controlUrl}/phones/events`)
  expect(answer.headers.get('content-type')).toBe('text/event-stream')
  const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader()
  await reader?.read()
  await pushTo(device?.token ?? '', 'd2')
  const event = (await reader?.read())?.value ?? ''
  expect(event).toMatch(/^event: notification\ndata: .*\n\n$/)
  expect(JSON.parse(event.slice(event.indexOf('{')))).toMatchObject({
    phone: { id: device?.id, name: 'Live' },
    notification: { delivery_id: 'd2' },
  })
  await reader?.cancel()
})

it('counts, and remembers delivery ids while it is asked to', async () => {
  const [device] = sandbox.control.createDevices({ platform: 'apns' })
  await call('DELETE', '/stats')
  await pushTo(device?.token ?? '', 'before')
  await call('POST', '/record', { on: true })
  for (const deliveryId of ['a', 'b', 'a']) await pushTo(device?.token ?? '', deliveryId)
  expect((await call('GET', '/deliveries?provider=apns')).json).toEqual({ a: 2, b: 1 })
  expect((await call('GET', '/stats')).json.apns).toMatchObject({ requests: 4, accepted: 4, refused: {} })
  await call('DELETE', '/stats')
  expect((await call('GET', '/deliveries?provider=apns')).json).toEqual({})
  await call('POST', '/record', { on: false })
})

it('puts up faults and takes them down', async () => {
  const { json } = await call('POST', '/faults', {
    provider: 'apns',
    fault: 'status',
    status: 500,
    share: 0.5,
  })
  expect((await call('GET', '/faults')).json.faults).toEqual([json])
  expect((await call('DELETE', `/faults/${json.id}`)).status).toBe(204)
  expect((await call('DELETE', `/faults/${json.id}`)).status).toBe(404)
  await call('POST', '/faults', { provider: 'fcm', fault: 'hang' })
  await call('DELETE', '/faults')
  expect((await call('GET', '/faults')).json.faults).toEqual([])
})

describe('bad input is answered with a sentence', () => {
  it.each<[string, string, unknown, number]>([
    ['POST', '/devices', '{', 400],
    ['POST', '/devices', [], 422],
    ['POST', '/devices', {}, 422],
    ['POST', '/devices', { platform: 'pager' }, 422],
    ['POST', '/devices', { platform: 'apns', scenario: 'sulky' }, 422],
    ['POST', '/devices', { platform: 'apns', count: 0 }, 422],
    ['POST', '/devices', { platform: 'apns', count: 1.5 }, 422],
    ['POST', '/devices', { platform: 'apns', colour: 'red' }, 422],
    ['POST', '/devices', { platform: 'apns', name: '' }, 422],
    ['POST', '/devices', { platform: 'apns', kind: 'fid' }, 422],
    ['POST', '/devices', { platform: 'apns', scenario: 'unregistered', invalid_since: 'long ago' }, 422],
    ['POST', '/devices', { platform: 'fcm', scenario: 'wrong_environment' }, 422],
    ['POST', '/devices', { platform: 'webpush' }, 422],
    ['POST', '/faults', { provider: 'apns', fault: 'status', share: 2 }, 422],
    ['POST', '/faults', { provider: 'apns', fault: 'status', status: 'bad' }, 422],
    ['POST', '/faults', { provider: 'fcmToken', fault: 'refuse_connections' }, 422],
    ['POST', '/accounts/fcm', { project_id: 'A project' }, 422],
    ['POST', '/accounts/apns', { bundle_ids: 'com.a' }, 422],
    ['POST', '/accounts/apns', { team_id: 'WRONGTEAM1', key_id: 'SANDBOXKEY' }, 409],
    ['POST', '/record', { on: 'yes' }, 422],
    ['POST', '/phones/apns-0/notifications/n0/act', { type: 'opened' }, 404],
    ['POST', '/phones/apns-0/notifications/n0/act', { type: 'stared' }, 422],
    ['GET', '/phones/apns-0', undefined, 404],
    ['GET', '/deliveries', undefined, 422],
    ['GET', '/nothing', undefined, 404],
    ['PUT', '/devices', {}, 405],
    ['DELETE', '/faults/%E0%A4%A', undefined, 400],
  ])('%s %s %j: %i', async (method, path, body, status) => {
    const answer = await call(method, path, body)
    expect([answer.status, answer.json]).toEqual([status, { status, detail: expect.stringMatching(/\.$/) }])
  })
})

it('refuses a body of more than 64 KiB', async () => {
  expect((await call('POST', '/devices', { name: 'x'.repeat(70_000) })).status).toBe(413)
})

it('lets pages of this machine in, and no others', async () => {
  const allowedFor = async (origin: string) => {
    const answer = await fetch(`${sandbox.controlUrl}/stats`, { headers: { origin } })
    return answer.headers.get('access-control-allow-origin')
  }
  expect(await allowedFor('http://localhost:8080')).toBe('http://localhost:8080')
  expect(await allowedFor('https://localhost.example.com')).toBeNull()
})

it('survives a client that leaves in the middle of its body', async () => {
  const { port } = new URL(sandbox.controlUrl)
  await new Promise<void>((resolve) => {
    const call = request({ host: '127.0.0.1', port, method: 'POST', path: '/devices' })
    call.on('error', () => resolve())
    call.setHeader('content-length', 100)
    call.write('{"platform"', () => call.destroy(new Error('gone')))
  })
  expect((await call('GET', '/stats')).status).toBe(200)
})
