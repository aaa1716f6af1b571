import { createHash } from 'node:crypto'
import {
  createPassImage,
  getPass,
  getPassImage,
  listPasses,
  maxPassImageBytes,
  type Pass,
  passKinds,
} from '@carillon/contract'
import {
  decodeCursor,
  fieldProblem,
  newId,
  Problem,
  pageOf,
  type Route,
  read,
  type Vault,
  write,
} from '../00-kernel/index.ts'
import { createPassSecrets, type PassSecrets, passUrl } from './pass-secrets.ts'
import { readPng } from './read-png.ts'
import * as store from './store.ts'

export interface PassRoutesDeps {
  vault: Vault
  address: () => string
}

export function passRoutes({ vault, address }: PassRoutesDeps): Route[] {
  const secrets = createPassSecrets(vault)
  return [
    read(listPasses, async ({ db, caller, query }) => {
      const [before] = decodeCursor(query.cursor, ['uuid']) ?? []
      const rows = await store.readPasses(db, caller.workspaceId, {
        appId: query.app_id,
        userId: query.user_id,
        before: before as string | undefined,
        limit: query.limit + 1,
      })
      return pageOf(
        rows,
        query.limit,
        (row) => passView(row, secrets, address()),
        (row) => [row.id],
      )
    }),
    read(getPass, async ({ db, caller, params }) => {
      const [row] = await store.readPasses(db, caller.workspaceId, { id: params.id, limit: 1 })
      if (!row) throw new Problem('not_found')
      return { ...passView(row, secrets, address()), content: row.content }
    }),
    write(createPassImage, async ({ db, caller, body, setStatus }) => {
      const png = Buffer.from(body.data.replace(/^data:image\/png;base64,/, ''), 'base64')
      if (png.length > maxPassImageBytes)
        throw fieldProblem(
          'invalid_request',
          '/data',
          `has more than ${maxPassImageBytes / 1024} KiB`,
          'too_large',
        )
      const size = readPng(png)
      if ('fault' in size) throw fieldProblem('invalid_request', '/data', size.fault, 'not_a_png')
      const sha256 = createHash('sha256').update(png).digest()
      const { id, isNew } = await store.insertImage(db, caller.workspaceId, {
        id: newId(),
        png,
        sha256,
        ...size,
      })
      if (!isNew) setStatus(200)
      return { id, ...size, size_bytes: png.length }
    }),
    read(getPassImage, async ({ db, caller, params }) => {
      const [image] = await store.findImages(db, caller.workspaceId, [params.id])
      if (!image) throw new Problem('not_found')
      const { id, width, height, png } = image
      const data = `data:image/png;base64,${png.toString('base64')}`
      return { id, width, height, size_bytes: png.length, data }
    }),
  ]
}

function passView(row: store.PassRow, secrets: PassSecrets, address: string): Pass {
  return {
    id: row.id,
    app_id: row.app_id,
    user_id: row.user_id,
    serial: row.serial,
    pass_type_id: row.pass_type_id,
    url: passUrl(address, secrets, row.serial),
    kind: passKinds.find((kind) => kind in row.content) ?? 'generic',
    description: String(row.content.description ?? ''),
    status: row.status,
    devices: row.devices,
    tag: String(row.tag),
    message_id: row.message_id,
    updated_at: row.changed_at.toISOString(),
    created_at: row.created_at.toISOString(),
  }
}
