import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Sandbox } from '../index.ts'
import { startSandbox } from '../index.ts'

let sandbox: Sandbox
beforeAll(async () => {
  sandbox = await startSandbox()
})
afterAll(() => sandbox.close())

async function call(method: string, path: string, body?: unknown) {
  const answer = await fetch(sandbox.controlUrl + path, { method, body: JSON.stringify(body) })
  return { status: answer.status, json: answer.status === 204 ? undefined : await answer.json() }
}

it('hands out a pass type certificate', async () => {
  const { json } = await call('GET', '/accounts')
  expect(json.wallet).toMatchObject({
    pass_type_id: 'pass.com.example.carillon',
    team_id: 'SANDBOXTM1',
    certificate: expect.stringContaining('BEGIN CERTIFICATE'),
    key: expect.stringContaining('PRIVATE KEY'),
    wwdr: sandbox.caPem,
  })
})

it('makes wallets and takes them away', async () => {
  const { json: wallet } = await call('POST', '/wallets', { name: 'My iPhone', scenario: 'unregistered' })
  expect(wallet).toMatchObject({ name: 'My iPhone', scenario: 'unregistered', passes: [] })
  expect((await call('GET', '/wallets')).json.wallets).toEqual([wallet])
  expect((await call('DELETE', `/wallets/${wallet.id}`)).status).toBe(204)
  expect((await call('GET', '/wallets')).json.wallets).toEqual([])
})

it('answers bad input with a sentence', async () => {
  const { json: wallet } = await call('POST', '/wallets', { name: 'Strict' })
  const answers = [
    await call('POST', '/wallets', {}),
    await call('POST', '/wallets', { name: 'x', scenario: 'goaway' }),
    await call('DELETE', '/wallets/wallet-0'),
    await call('POST', '/wallets/wallet-0/passes', { url: sandbox.controlUrl }),
    await call('POST', `/wallets/${wallet.id}/passes`, { url: 'nowhere' }),
    await call('POST', `/wallets/${wallet.id}/passes`, { url: `${sandbox.controlUrl}/nothing` }),
    await call('POST', `/wallets/${wallet.id}/passes`, { url: `${sandbox.controlUrl}/stats` }),
    await call('DELETE', `/wallets/${wallet.id}/passes/s1`),
  ]
  expect(answers.map(({ status }) => status)).toEqual([422, 422, 404, 404, 422, 422, 422, 404])
  for (const { json } of answers) expect(json.detail).toMatch(/\.$/)
})
