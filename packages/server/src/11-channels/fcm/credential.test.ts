import { generateKeyPairSync } from 'node:crypto'
import { expect, test } from 'vitest'
import { Problem } from '../../00-kernel/problem.ts'
import { maskFcmCredential, parseFcmCredential } from './credential.ts'

const pkcs8 = { type: 'pkcs8', format: 'pem' } as const
const private_key = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(pkcs8) as string
const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(pkcs8) as string
const fields = { project_id: 'shop-1', client_email: 'push@shop-1.iam.gserviceaccount.com', private_key }
const file = {
  type: 'service_account',
  private_key_id: 'abc',
  ...fields,
  token_uri: 'https://oauth2.example/token',
}

async function problemOf(input: unknown): Promise<Problem> {
  const problem = await parseFcmCredential(input).then(
    () => undefined,
    (error: unknown) => error,
  )
  if (!(problem instanceof Problem)) throw new Error('this credential was taken')
  expect(problem.code).toBe('invalid_credential')
  return problem
}

const pointersOf = async (input: unknown) =>
  (await problemOf(input)).details.errors?.map(({ pointer }) => pointer)

test('the JSON file of a service account is taken, less what sending does not need', async () => {
  const { credential, expiresAt } = await parseFcmCredential({ service_account: file })
  expect(credential).toEqual({ ...fields, token_uri: 'https://oauth2.example/token' })
  expect(expiresAt).toBeNull()
})

test('single fields are taken too, with Google’s own token address', async () => {
  const { credential } = await parseFcmCredential(fields)
  expect(credential).toEqual({ ...fields, token_uri: 'https://oauth2.googleapis.com/token' })
  expect(maskFcmCredential(credential)).toEqual({ ...credential, private_key: '••••••••' })
})

test('a key copied with its \\n written out is mended', async () => {
  const { credential } = await parseFcmCredential({
    ...fields,
    private_key: private_key.replaceAll('\n', '\\n'),
  })
  expect(credential.private_key).toBe(private_key)
})

test.each([
  ['/private_key', { private_key: 'no key' }],
  ['/private_key', { private_key: elliptic }],
  ['/private_key', { private_key: private_key.slice(0, 400) }],
  ['/project_id', { project_id: 'Shop 1' }],
  ['/project_id', { project_id: '../x' }],
  ['/project_id', { project_id: undefined }],
  ['/client_email', { client_email: 'push' }],
  ['/token_uri', { token_uri: 'http://oauth2.example/token' }],
])('a wrong field is named, in the file and alone: %s', async (pointer, change) => {
  expect(await pointersOf({ ...fields, ...change })).toEqual([pointer])
  expect(await pointersOf({ service_account: { ...file, ...change } })).toEqual([
    `/service_account${pointer}`,
  ])
})

const legacyKey = `AAAAabcdefg:APA91b${'x'.repeat(130)}`

test.each([
  ['/server_key', { server_key: legacyKey }],
  ['/api_key', { project_id: 'shop-1', api_key: 'x' }],
  ['/service_account', { service_account: legacyKey }],
  ['/private_key', { ...fields, private_key: legacyKey }],
  ['/service_account/private_key', { service_account: { ...file, private_key: legacyKey } }],
])('a legacy server key at %s is refused with what to do instead', async (pointer, input) => {
  const problem = await problemOf(input)
  expect(problem.details.errors).toEqual([expect.objectContaining({ pointer })])
  expect(problem.message).toContain('Make a service account key')
})

test('other files of Firebase are recognised', async () => {
  const appFile = await problemOf({ service_account: { project_info: { project_id: 'shop-1' }, client: [] } })
  expect(appFile.message).toContain('google-services.json')
  expect(await pointersOf({ service_account: { ...file, type: 'authorized_user' } })).toEqual([
    '/service_account/type',
  ])
})

test.each([null, 'text', 7, []])('%j is no credential', async (input) => {
  await problemOf(input)
})
