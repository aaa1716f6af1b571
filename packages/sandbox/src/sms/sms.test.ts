import { request } from 'node:https'
import smpp, { type Pdu, type Session } from 'smpp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sandbox, startSandbox } from '../start-sandbox.ts'
import { smsNumberOf, smsScenarioOf, smsScenarios } from './scenarios.ts'
import { countSegments, signatureOf } from './twilio.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

/** As curl would: form, Basic authentication, and the sandbox's authority. */
function post(
  form: Record<string, string>,
  changes: { token?: string; account?: string; type?: string } = {},
) {
  const { account_sid, auth_token } = sandbox.control.accounts().twilio
  const { token = auth_token, account = account_sid, type = 'application/x-www-form-urlencoded' } = changes
  return new Promise<{ status: number; body: Record<string, unknown> }>((resolve, reject) => {
    const url = `${sandbox.env.TWILIO_ENDPOINT}/2010-04-01/Accounts/${account}/Messages.json`
    const headers = { 'content-type': type }
    const asked = request(
      url,
      { method: 'POST', headers, auth: `${account_sid}:${token}`, ca: sandbox.caPem },
      async (answer) => {
        const text = Buffer.concat(await answer.toArray()).toString()
        resolve({ status: answer.statusCode ?? 0, body: JSON.parse(text) })
      },
    )
    asked.on('error', reject)
    asked.end(new URLSearchParams(form).toString())
  })
}

const right = { To: '+4366012345678', From: '+15005550006', Body: 'Hello' }

test('takes a message and shows it to its phone', async () => {
  const { status, body } = await post(right)
  expect(status).toBe(201)
  expect(body).toMatchObject({ status: 'queued', num_segments: '1', to: right.To, body: 'Hello' })
  expect(body.sid).toMatch(/^SM[0-9a-f]{32}$/)
  expect(sandbox.control.conversations()[0]).toMatchObject({
    number: right.To,
    provider: 'twilio',
    texts: [{ direction: 'to_phone', text: 'Hello' }],
  })
})

test.each<[string, Record<string, string>, Parameters<typeof post>[1], number, number]>([
  ['a wrong token', {}, { token: '0' }, 401, 20003],
  ['another account', {}, { account: 'AC0' }, 404, 20404],
  ['no form', {}, { type: 'application/json' }, 400, 20001],
  ['no number', { To: '' }, {}, 400, 21604],
  ['a number without country', { To: '066012345678' }, {}, 400, 21211],
  ['no sender', { From: '' }, {}, 400, 21603],
  ['a sender of somebody else', { From: '+15005550099' }, {}, 400, 21606],
  ['no text', { Body: '' }, {}, 400, 21602],
  ['too long a text', { Body: 'x'.repeat(1_601) }, {}, 400, 21617],
  ['too long a validity', { ValidityPeriod: '36001' }, {}, 400, 20001],
  ['an address that is none', { StatusCallback: 'nowhere' }, {}, 400, 21609],
  ['a field that it does not know', { Bdoy: 'x' }, {}, 400, 20001],
])('refuses %s as Twilio does', async (_name, fields, changes, status, code) => {
  const answer = await post({ ...right, ...fields }, changes)
  expect([answer.status, answer.body.code, answer.body.status]).toEqual([status, code, status])
})

test('says every scenario in the number itself', () => {
  expect(smsScenarios.map((scenario) => smsScenarioOf(smsNumberOf(scenario, 42)))).toEqual([...smsScenarios])
  expect(smsScenarioOf('+4366012345678')).toBe('ok')
  expect(smsScenarioOf('+99999')).toBe('ok')
})

test('counts segments by the alphabet', () => {
  expect(countSegments('x'.repeat(160))).toEqual({ segments: 1, encoding: 'gsm7' })
  expect(countSegments('€'.repeat(81))).toEqual({ segments: 2, encoding: 'gsm7' })
  expect(countSegments('ж'.repeat(71))).toEqual({ segments: 2, encoding: 'ucs2' })
})

test('signs as Twilio documents it', () => {
  const form = { CallSid: 'CA1234567890ABCDE', Caller: '+12349013030', Digits: '1234', From: '+12349013030' }
  expect(
    signatureOf('https://mycompany.com/myapp.php?foo=1&bar=2', { ...form, To: '+18005551212' }, '12345'),
  ).toBe('0/KCTR6DLpKmkAf8muzZqo1nDgQ=')
})

test('the message centre lets nobody send who is not bound, and tells a bad password from a bad name', async () => {
  const { system_id, password } = sandbox.control.accounts().smpp
  const submit = (session: Session) =>
    ask((answer) => session.submit_sm({ destination_addr: '4366012345678', dest_addr_ton: 1 }, answer))
  expect(await withSession((session) => submit(session))).toBe(0x04)
  const bind = (fields: object) =>
    withSession((session) => ask((answer) => session.bind_transceiver({ ...fields }, answer)))
  expect(await bind({ system_id, password: 'x' })).toBe(0x0e)
  expect(await bind({ system_id: 'x', password })).toBe(0x0f)
  expect(await bind({ system_id, password })).toBe(0x00)
  expect(sandbox.control.stats().smpp).toMatchObject({ refused: { '0x0E': 1, '0x0F': 1 } })
})

test('a fault hits the message centre as it hits the others', async () => {
  const { system_id, password } = sandbox.control.accounts().smpp
  sandbox.control.addFault({ provider: 'smpp', fault: 'status', status: 429, times: 1 })
  const statuses = await withSession(async (session) => {
    await ask((answer) => session.bind_transceiver({ system_id, password }, answer))
    const fields = {
      source_addr: '1',
      destination_addr: '4366012345678',
      dest_addr_ton: 1,
      short_message: 'Hi',
    }
    return [
      await ask((answer) => session.submit_sm({ ...fields }, answer)),
      await ask((answer) => session.submit_sm({ ...fields }, answer)),
    ]
  })
  expect(statuses).toEqual([0x58, 0x00])
})

const ask = (call: (answer: (pdu: Pdu) => void) => void) =>
  new Promise<number>((resolve) => call(({ command_status }) => resolve(command_status)))

async function withSession<T>(work: (session: Session) => Promise<T>): Promise<T> {
  const { host, port } = sandbox.control.accounts().smpp
  const session = smpp.connect({ host, port, tls: true, ca: sandbox.caPem, servername: host })
  await new Promise((resolve, reject) => {
    session.once('secureConnect', resolve)
    session.once('error', reject)
  })
  try {
    return await work(session)
  } finally {
    session.destroy()
  }
}
