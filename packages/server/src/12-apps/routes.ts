import {
  type App,
  createApp,
  deleteApp,
  deleteCredential,
  getApp,
  getCredential,
  listApps,
  listCredentials,
  patchApp,
  publishApp,
  putCredential,
  testCredential,
  unpublishApp,
} from '@carillon/contract'
import {
  type Db,
  decodeCursor,
  fieldProblem,
  newId,
  Problem,
  pageOf,
  type Route,
  read,
  type Tx,
  untied,
  type Vault,
  write,
} from '../00-kernel/index.ts'
import { type Address, channelOf, type LaneOptions } from '../11-channels/index.ts'
import { openCredential, saveCredential } from './credentials.ts'
import { sealIdentityKey } from './identity.ts'
import * as store from './store.ts'

export interface AppRoutesDeps {
  vault: Vault
  laneOptions: Omit<LaneOptions, 'environment'>
}

export function appRoutes(deps: AppRoutesDeps): Route[] {
  return [...plainRoutes(deps.vault), ...credentialRoutes(deps)]
}

function plainRoutes(vault: Vault): Route[] {
  return [
    read(listApps, async ({ db, caller, query }) => {
      const [after] = decodeCursor(query.cursor, ['uuid']) ?? []
      const rows = await store.readAppViews(db, caller.workspaceId, {
        after: after as string,
        limit: query.limit + 1,
      })
      return pageOf(rows, query.limit, appView, (row) => [row.id])
    }),
    read(getApp, ({ db, caller, params }) => view(db, caller.workspaceId, params.id)),
    write(createApp, async ({ db, caller, body }) => {
      const id = newId()
      await refuseTakenName(db, caller.workspaceId, body.name, null)
      await store.insertApp(db, caller.workspaceId, id, { ...fields(vault, id, body), name: body.name })
      return view(db, caller.workspaceId, id)
    }),
    write(patchApp, async ({ db, caller, params, body }) => {
      await view(db, caller.workspaceId, params.id)
      if (body.name) await refuseTakenName(db, caller.workspaceId, body.name, params.id)
      await store.updateApp(db, caller.workspaceId, params.id, fields(vault, params.id, body))
      return view(db, caller.workspaceId, params.id)
    }),
    write(deleteApp, async ({ db, caller, params }) => {
      const app = await view(db, caller.workspaceId, params.id)
      if (app.status === 'published')
        throw new Problem('conflict', { detail: 'Unpublish the app before you delete it.' })
      if (await store.appHasMessages(db, params.id)) {
        throw new Problem('conflict', {
          detail: 'The app has messages, whose history would go with it; leave it unpublished.',
        })
      }
      if (await store.appHasCampaigns(db, params.id))
        throw new Problem('conflict', { detail: 'A campaign has a message for the app; change that first.' })
      await store.deleteApp(db, caller.workspaceId, params.id)
      return undefined
    }),
    write(publishApp, ({ db, caller, params }) => setStatus(db, caller.workspaceId, params.id, 'published')),
    write(unpublishApp, ({ db, caller, params }) =>
      setStatus(db, caller.workspaceId, params.id, 'unpublished'),
    ),
  ]
}

function credentialRoutes({ vault, laneOptions }: AppRoutesDeps): Route[] {
  return [
    write(putCredential, async ({ db, caller, params, body }) => {
      await view(db, caller.workspaceId, params.id)
      return credentialView(
        await saveCredential(db, vault, { appId: params.id, platform: params.platform, input: body }),
      )
    }),
    read(listCredentials, async ({ db, caller, params }) => {
      await view(db, caller.workspaceId, params.id)
      return { data: (await store.findCredentials(db, params.id)).map(credentialView) }
    }),
    read(getCredential, async ({ db, caller, params }) => {
      await view(db, caller.workspaceId, params.id)
      const row = await store.findCredential(db, params.id, params.platform)
      if (!row) throw new Problem('not_found')
      return credentialView(row)
    }),
    write(deleteCredential, async ({ db, caller, params }) => {
      await view(db, caller.workspaceId, params.id)
      if (!(await store.deleteCredential(db, params.id, params.platform))) throw new Problem('not_found')
      return undefined
    }),
    untied(testCredential, async ({ db, caller, params, body }) => {
      await view(db, caller.workspaceId, params.id)
      const opened = await openCredential(db, vault, params.id, params.platform)
      if (!opened)
        throw new Problem('not_found', { detail: `The app has no ${params.platform} credential yet.` })
      if ('unreadable' in opened) throw new Problem('conflict', { detail: opened.unreadable })
      const device = body.subscription_id ? await deviceOf(db, params, body.subscription_id) : null
      const environment = device?.environment ?? 'production'
      const options = { ...laneOptions, environment }
      return { stages: await channelOf(params.platform).probe(opened.credential, options, device?.address) }
    }),
  ]
}

async function deviceOf(db: Db, { id, platform }: { id: string; platform: string }, subscriptionId: string) {
  const row = await db
    .selectFrom('subscriptions')
    .select(['token', 'target', 'keys', 'environment'])
    .where('id', '=', subscriptionId)
    .where('app_id', '=', id)
    .where('platform', '=', platform as never)
    .executeTakeFirst()
  if (!row)
    throw fieldProblem(
      'invalid_request',
      '/subscription_id',
      'is not a subscription of this app and platform',
    )
  const address: Address = { token: row.token, target: row.target ?? undefined, keys: row.keys ?? undefined }
  return { environment: row.environment, address }
}

async function refuseTakenName(
  db: Tx,
  workspaceId: string,
  name: string,
  exceptId: string | null,
): Promise<void> {
  if (await store.nameTaken(db, workspaceId, name, exceptId)) {
    throw new Problem('already_exists', {
      errors: [{ pointer: '/name', code: 'taken', detail: `There is an app named ${name} already.` }],
    })
  }
}

async function setStatus(db: Tx, workspaceId: string, id: string, status: App['status']): Promise<App> {
  await store.updateApp(db, workspaceId, id, { status })
  return view(db, workspaceId, id)
}

async function view(db: Db | Tx, workspaceId: string, id: string): Promise<App> {
  const [row] = await store.readAppViews(db, workspaceId, { id })
  if (!row) throw new Problem('not_found', { detail: 'There is no app with this id.' })
  return appView(row)
}

interface AppInput {
  name?: string
  category?: string | null
  icon?: string | null
  identity_required?: boolean
  identity_key?: string | null
}

function fields(vault: Vault, id: string, { identity_key, ...input }: AppInput): store.AppFields {
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined))
  if (identity_key === undefined) return given
  return { ...given, identity_key: identity_key === null ? null : sealIdentityKey(vault, id, identity_key) }
}

function appView(row: Awaited<ReturnType<typeof store.readAppViews>>[number]): App {
  return {
    id: row.id,
    name: row.name,
    category: row.category,
    icon: row.icon,
    status: row.status,
    publishable_key: row.publishable_key,
    identity_required: row.identity_required,
    has_identity_key: row.identity_key !== null,
    credentials: row.credentials,
    subscriptions: row.subscriptions,
    created_at: row.created_at.toISOString(),
  }
}

function credentialView(row: store.CredentialRow) {
  return {
    platform: row.platform,
    fields: row.masked,
    sealed_with: row.sealed_with,
    expires_at: row.expires_at?.toISOString() ?? null,
    updated_at: row.updated_at.toISOString(),
  }
}
