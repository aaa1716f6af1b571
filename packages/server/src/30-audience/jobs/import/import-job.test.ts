import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer } from '../../../testing/test-server.ts'

let server: Awaited<ReturnType<typeof startTestServer>>
const request: typeof server.request = (...args) => server.request(...args)
beforeAll(async () => {
  server = await startTestServer({ ROLES: 'api,scheduler' })
  for (const attribute of [
    { name: 'age', type: 'number' },
    { name: 'vip', type: 'boolean' },
    { name: 'born', type: 'date' },
  ])
    await request('POST', '/v1/attributes', attribute)
})
afterAll(() => server.close())

async function runImport(body: { format: 'csv' | 'ndjson'; mode?: 'insert' | 'upsert'; data: string }) {
  const started = await request('POST', '/v1/imports', body)
  expect(started.status).toBe(202)
  expect(started.body).toMatchObject({ kind: 'import', status: 'running', result: null, finished_at: null })
  const path = `/v1/jobs/${started.body.id}`
  await expect
    .poll(async () => (await request('GET', path)).body.status, { timeout: 20_000 })
    .toBe('finished')
  return (await request('GET', path)).body
}
const find = async (email: string) => (await request('GET', `/v1/users/by/email/${email}`)).body

test('imports CSV with quotes, types from the schema, identifiers, consents, zone and locale', async () => {
  const job = await runImport({
    format: 'csv',
    data: `email,age,vip,born,note,identifiers.crm,consents.news,timezone,locale
ann@x.de,41,TRUE,1980-01-02,"likes ""bells"",
and rope",c1,granted,Europe/Berlin,de
bob@x.de,,,,,,,,
`,
  })
  expect(job.result).toEqual({ created: 2, updated: 0, failed: 0, errors: [] })
  expect(job.progress).toEqual({ done: 2, total: 2, errors: 0 })
  expect(await find('ann@x.de')).toMatchObject({
    attributes: {
      email: 'ann@x.de',
      age: 41,
      vip: true,
      born: '1980-01-02',
      note: 'likes "bells",\nand rope',
    },
    identifiers: { crm: 'c1' },
    consents: { news: 'granted' },
    timezone: 'Europe/Berlin',
    locale: 'de',
  })
  expect((await find('bob@x.de')).attributes).toEqual({ email: 'bob@x.de' })
})

test('insert refuses people who exist; upsert merges, and an empty cell changes nothing', async () => {
  await runImport({ format: 'csv', data: 'email,age,city\ncara@x.de,30,Bonn' })
  const data = 'email,age,city\nCARA@x.de,31,\ndan@x.de,50,Ulm'
  const inserted = await runImport({ format: 'csv', mode: 'insert', data })
  expect(inserted.result).toMatchObject({ created: 1, updated: 0, failed: 1 })
  expect(inserted.result.errors).toMatchObject([
    { row: 1, code: 'already_exists', pointer: '/attributes/email' },
  ])
  const upserted = await runImport({ format: 'csv', mode: 'upsert', data })
  expect(upserted.result).toMatchObject({ created: 0, updated: 2, failed: 0 })
  expect((await find('cara@x.de')).attributes).toEqual({ email: 'CARA@x.de', age: 31, city: 'Bonn' })
})

test('imports NDJSON, counts every bad row and goes on', async () => {
  const job = await runImport({
    format: 'ndjson',
    data: [
      '{"attributes":{"email":"eve@x.de"}}',
      '',
      'not json',
      '{"attributes":{"age":"old"}}',
      '{"attributes":{"email":"a\\u0000b"}}',
      '{"email":"top@level"}',
      '{"attributes":{"email":"fay@x.de"}}',
    ].join('\r\n'),
  })
  expect(job.progress).toEqual({ done: 6, total: 6, errors: 4 })
  expect(job.result).toMatchObject({ created: 2, failed: 4 })
  expect(job.result.errors).toMatchObject([
    { row: 2, code: 'malformed_json' },
    { row: 3, code: 'invalid_request', pointer: '/attributes/age' },
    { row: 4, code: 'invalid_request' },
    { row: 5, code: 'invalid_request', pointer: '/email' },
  ])
})

test('says which CSV rows do not fit the header and which values do not fit the schema', async () => {
  const job = await runImport({
    format: 'csv',
    data: 'email,age,vip\ngus@x.de,1\nhal@x.de,many,yes\nida@x.de,-1.5e2,false\njan@x.de,"1',
  })
  expect(job.result).toMatchObject({ created: 1, failed: 3 })
  expect(job.result.errors).toMatchObject([
    { row: 1, detail: 'has 2 fields where the header has 3' },
    { row: 2, pointer: '/attributes/age' },
    { row: 4, detail: 'a quote is never closed' },
  ])
  expect((await find('ida@x.de')).attributes).toEqual({ email: 'ida@x.de', age: -150, vip: false })
})

test('imports many rows in several chunks and lists only the first hundred errors', async () => {
  const lines = Array.from({ length: 1_300 }, (_, i) => `many${i}@x.de,${i % 5 === 0 ? 'x' : i}`)
  const job = await runImport({ format: 'csv', data: `email,age\n${lines.join('\n')}` })
  expect(job.progress).toEqual({ done: 1_300, total: 1_300, errors: 260 })
  expect(job.result).toMatchObject({ created: 1_040, failed: 260 })
  expect(job.result.errors).toHaveLength(100)
  expect(job.result.errors[99].row).toBe(496)
  expect((await find('many1299@x.de')).attributes.age).toBe(1_299)
})

test('links devices that waited for the people who are imported', async () => {
  const app = (await request('POST', '/v1/apps', { name: 'Shop' })).body
  const device = { app_id: app.id, platform: 'fcm', token: 't', reconciliation_value: 'kim@x.de' }
  const { id } = (await request('POST', '/v1/subscriptions', device)).body
  await runImport({ format: 'csv', data: 'email\nkim@x.de' })
  const { body } = await request('GET', `/v1/subscriptions/${id}`)
  expect(body.user_id).toBe((await find('kim@x.de')).id)
})

test('refuses a header that leads nowhere at once', async () => {
  for (const data of ['\n\n', 'a,b,a\n1,2,3', 'a,,b\n1,2,3', '"a']) {
    const { status, body } = await request('POST', '/v1/imports', { format: 'csv', data })
    expect({ status, pointer: body.errors?.[0].pointer }).toEqual({ status: 422, pointer: '/data' })
  }
  expect((await request('GET', '/v1/jobs/0190b7a0-0000-7000-8000-000000000000')).status).toBe(404)
})
