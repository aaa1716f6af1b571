import { describe, expect, test } from 'vitest'
import { Problem } from '../../00-kernel/problem.ts'
import { maskWnsCredential, parseWnsCredential } from './credential.ts'

const good = {
  tenant_id: '72f988bf-86f1-41af-91ab-2d7cd011db47',
  client_id: '00000002-0000-0ff1-ce00-000000000000',
  client_secret: 'Abc8Q~secret-value-of-Entra',
}

async function refusalOf(input: unknown): Promise<(string | undefined)[]> {
  const problem = await parseWnsCredential(input).catch((error: unknown) => error)
  if (!(problem instanceof Problem)) throw new Error('it was accepted')
  expect(problem.code).toBe('invalid_credential')
  return (problem.details.errors ?? []).map(({ pointer }) => pointer)
}

test.each([
  good.tenant_id,
  good.tenant_id.toUpperCase(),
  'contoso.onmicrosoft.com',
  'contoso.com',
])('takes the tenant %s', async (tenant_id) => {
  const credential = { ...good, tenant_id }
  expect(await parseWnsCredential(credential)).toEqual({ credential, expiresAt: null })
})

describe('refuses', () => {
  test.each([
    ['a tenant that is no domain', { tenant_id: 'contoso' }, '/tenant_id'],
    ['a tenant that leaves the path', { tenant_id: '../evil.com' }, '/tenant_id'],
    ['an empty tenant', { tenant_id: '' }, '/tenant_id'],
    ['a package SID as client', { client_id: 'ms-app://s-1-15-2-1' }, '/client_id'],
    ['an empty client', { client_id: '' }, '/client_id'],
    ['an empty secret', { client_secret: '' }, '/client_secret'],
    ['a blank secret', { client_secret: '  ' }, '/client_secret'],
    ['an unknown field', { package_sid: 'x' }, '/package_sid'],
    ['a secret that is no text', { client_secret: 7 }, '/client_secret'],
  ])('%s', async (_, change, pointer) => {
    expect(await refusalOf({ ...good, ...change })).toEqual([pointer])
  })
})

test('the masked form shows four characters of the secret, and none of a short one', () => {
  expect(maskWnsCredential(good)).toEqual({ ...good, client_secret: '••••••••ntra' })
  expect(maskWnsCredential({ ...good, client_secret: 'short' }).client_secret).toBe('••••••••')
})
