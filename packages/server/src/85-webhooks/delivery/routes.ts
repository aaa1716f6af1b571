import {
  createWebhook,
  deleteWebhook,
  getWebhook,
  listWebhookAttempts,
  listWebhooks,
  patchWebhook,
  replayWebhook,
  rotateWebhookSecret,
  testWebhook,
} from '@carillon/contract'
import {
  type Db,
  decodeCursor,
  newId,
  Problem,
  pageOf,
  type Route,
  read,
  type Tx,
  untied,
  type Vault,
  write,
} from '../../00-kernel/index.ts'
import { readHead } from '../log/event-log.ts'
import { checkUrl } from './check-url.ts'
import { replay } from './replay.ts'
import { overlapMs, sealSecret, secretsOf } from './secrets.ts'
import { sendTest } from './send-test.ts'
import { newSecret } from './signature.ts'
import * as store from './store.ts'
import { attemptView, webhookView } from './views.ts'
import type { ReachOptions } from './webhook-sender.ts'

/** Below the places that a worker has for them. */
const mostWebhooks = 50

interface Deps {
  vault: Vault
  laneOptions: ReachOptions
  now: () => Date
}

export function webhookRoutes(deps: Deps): Route[] {
  return [...editing(deps), ...secretRoutes(deps), ...sending(deps)]
}

function editing({ laneOptions: { safeLookup }, now, vault }: Deps): Route[] {
  const view = async (db: Db | Tx, workspaceId: string, id: string) =>
    webhookView(await existing(db, workspaceId, id), now())
  return [
    read(listWebhooks, async ({ db, caller, query }) => {
      const [after] = decodeCursor(query.cursor, ['uuid']) ?? []
      const rows = await store.readWebhooks(db, caller.workspaceId, {
        after: after as string | undefined,
        limit: query.limit + 1,
      })
      return pageOf(
        rows,
        query.limit,
        (row) => webhookView(row, now()),
        (row) => [row.id],
      )
    }),
    read(getWebhook, ({ db, caller, params }) => view(db, caller.workspaceId, params.id)),
    write(createWebhook, async ({ db, caller, body }) => {
      checkUrl(body.url, safeLookup)
      await refuseTooMany(db, caller.workspaceId)
      const id = newId()
      const secret = newSecret()
      await store.insertWebhook(db, {
        id,
        workspace_id: caller.workspaceId,
        url: body.url,
        description: body.description ?? null,
        types: body.types ?? null,
        enabled: body.enabled,
        secret: sealSecret(vault, id, secret),
        position: await readHead(db),
        created_at: now(),
        updated_at: now(),
      })
      return { ...(await view(db, caller.workspaceId, id)), secret }
    }),
    write(patchWebhook, async ({ db, caller, params, body }) => {
      if (body.url !== undefined) checkUrl(body.url, safeLookup)
      const { enabled } = await existing(db, caller.workspaceId, params.id)
      const given = Object.fromEntries(Object.entries(body).filter(([, value]) => value !== undefined))
      await store.updateWebhook(db, params.id, {
        ...given,
        ...(body.enabled && !enabled ? recovered : {}),
        updated_at: now(),
      })
      return view(db, caller.workspaceId, params.id)
    }),
    write(deleteWebhook, async ({ db, caller, params }) => {
      if (!(await store.deleteWebhook(db, caller.workspaceId, params.id))) throw notFound()
      return undefined
    }),
  ]
}

/** Somebody has looked at it and switched it on: it gets its three days anew. */
const recovered = {
  disabled_reason: null,
  disabled_detail: null,
  disabled_at: null,
  failing_since: null,
  failures: 0,
  held_until: null,
}

function secretRoutes({ vault, now }: Deps): Route[] {
  return [
    write(rotateWebhookSecret, async ({ db, caller, params }) => {
      const webhook = await existing(db, caller.workspaceId, params.id)
      const { id } = webhook
      const signsOn = secretsOf(vault, webhook, now()) !== null
      const secret = newSecret()
      await store.updateWebhook(db, id, {
        secret: sealSecret(vault, id, secret),
        old_secret: signsOn ? webhook.secret : null,
        old_secret_until: signsOn ? new Date(now().getTime() + overlapMs) : null,
        updated_at: now(),
      })
      return { ...webhookView(await existing(db, caller.workspaceId, id), now()), secret }
    }),
  ]
}

function sending({ vault, laneOptions, now }: Deps): Route[] {
  return [
    untied(testWebhook, async ({ db, caller, params }) => {
      const webhook = await existing(db, caller.workspaceId, params.id)
      return attemptView(await sendTest({ db, vault, reach: laneOptions, now }, webhook))
    }),
    read(listWebhookAttempts, async ({ db, caller, params, query }) => {
      await existing(db, caller.workspaceId, params.id)
      const [before] = decodeCursor(query.cursor, ['uuid']) ?? []
      const rows = await store.readAttempts(db, params.id, {
        before: before as string | undefined,
        outcome: query.outcome,
        eventId: query.event_id,
        limit: query.limit + 1,
      })
      return pageOf(rows, query.limit, attemptView, (row) => [row.id])
    }),
    write(replayWebhook, async ({ db, caller, params, body }) => {
      const webhook = await existing(db, caller.workspaceId, params.id)
      return { queued: await replay(db, webhook, body, now()) }
    }),
  ]
}

async function existing(db: Db | Tx, workspaceId: string, id: string): Promise<store.WebhookWithQueue> {
  const [row] = await store.readWebhooks(db, workspaceId, { id })
  if (!row) throw notFound()
  return row
}

function notFound(): Problem {
  return new Problem('not_found', { detail: 'There is no webhook with this id.' })
}

async function refuseTooMany(db: Tx, workspaceId: string): Promise<void> {
  if ((await store.countWebhooks(db, workspaceId)) < mostWebhooks) return
  throw new Problem('conflict', {
    detail: `There are ${mostWebhooks} webhooks, which is the most; delete one first.`,
  })
}
