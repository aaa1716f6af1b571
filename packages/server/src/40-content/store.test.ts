import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId, type Store, type Tx } from '../00-kernel/index.ts'
import { openTestStore, seedWorkspace } from '../testing/test-store.ts'
import * as templates from './store.ts'

let store: Store
let workspaceId: string

beforeAll(async () => {
  store = await openTestStore()
  workspaceId = await seedWorkspace(store)
})
afterAll(() => store[Symbol.asyncDispose]())

const inTransaction = <T>(work: (tx: Tx) => Promise<T>) => store.db.transaction().execute(work)
const fields = (name: string, title: string) => ({
  name,
  content: { title },
  overrides: { apns: { badge: 1 } },
})
const create = (name: string, title: string) =>
  inTransaction((tx) => templates.insertTemplate(tx, workspaceId, fields(name, title)))
const save = (id: string, name: string, title: string) =>
  inTransaction((tx) => templates.insertNextVersion(tx, workspaceId, id, fields(name, title)))

test('keeps every version as it was', async () => {
  const id = await create('versions', 'one')
  expect(await save(id, 'versions, renamed', 'two')).toBe(true)
  const find = (version?: number) => templates.findTemplate(store.db, workspaceId, id, version)
  expect(await find()).toMatchObject({ version: 2, name: 'versions, renamed', content: { title: 'two' } })
  expect(await find(1)).toMatchObject({
    version: 1,
    content: { title: 'one' },
    overrides: { apns: { badge: 1 } },
  })
  expect(await find(3)).toBeUndefined()
})

test('gives a message the newest version with its number', async () => {
  const id = await create('resolved', 'one')
  await save(id, 'resolved', 'two')
  expect(await templates.resolveTemplate(store.db, workspaceId, id)).toEqual({
    content: { title: 'two' },
    overrides: { apns: { badge: 1 } },
    version: 2,
  })
  expect(await templates.resolveTemplate(store.db, workspaceId, newId())).toBeUndefined()
})

test('makes concurrent saves into consecutive versions', async () => {
  const id = await create('concurrent', '0')
  await Promise.all(['1', '2', '3', '4'].map((title) => save(id, 'concurrent', title)))
  const titles = [2, 3, 4, 5].map(async (version) => {
    const row = await templates.findTemplate(store.db, workspaceId, id, version)
    return row?.content.title
  })
  expect((await Promise.all(titles)).sort()).toEqual(['1', '2', '3', '4'])
})

test('shows and changes nothing of another workspace', async () => {
  const id = await create('private', 'x')
  const other = await seedWorkspace(store)
  expect(await templates.findTemplate(store.db, other, id)).toBeUndefined()
  expect(await templates.readTemplates(store.db, other, { before: null, limit: 10 })).toEqual([])
  expect(await inTransaction((tx) => templates.insertNextVersion(tx, other, id, fields('y', 'y')))).toBe(
    false,
  )
  expect(await inTransaction((tx) => templates.deleteTemplate(tx, other, id))).toBe(false)
  expect(await templates.findTemplate(store.db, workspaceId, id)).toMatchObject({ version: 1 })
})

test('deletes a template with all its versions', async () => {
  const id = await create('deleted', 'x')
  await save(id, 'deleted', 'y')
  expect(await inTransaction((tx) => templates.deleteTemplate(tx, workspaceId, id))).toBe(true)
  const versions = await store.db
    .selectFrom('template_versions')
    .where('template_id', '=', id)
    .selectAll()
    .execute()
  expect(versions).toEqual([])
})
