import * as api from '@carillon/contract'
import {
  type Call,
  type Db,
  decodeCursor,
  fieldProblem,
  Problem,
  pageOf,
  type Route,
  read,
  type Store,
  type Tx,
  untied,
  write,
} from '../../00-kernel/index.ts'
import type { WholeCampaign } from './campaign-row.ts'
import { calendarEntry, campaignViews } from './campaign-view.ts'
import { haltCampaign, restartCampaign, resumeCampaign, startCampaign } from './change-campaign.ts'
import { findObstacles } from './check-campaign.ts'
import { readCampaignCounts } from './counts.ts'
import { createCampaign, removeCampaign, replaceCampaign } from './save-campaign.ts'
import * as store from './store.ts'

/** More than a month's sheet can show. */
const mostInCalendar = 500

export function campaignRoutes(deps: { store: Store; now: () => Date }): Route[] {
  return [...readingRoutes(deps), ...writingRoutes(deps), ...changingRoutes(deps)]
}

function readingRoutes({ now }: { now: () => Date }): Route[] {
  return [
    read(api.listCampaigns, async ({ db, caller, query }) => {
      const { limit, cursor, app_id: appId, segment_id: segmentId, ...filter } = query
      const [before] = (decodeCursor(cursor, ['uuid']) ?? []) as string[]
      const rows = await store.readCampaigns(db, caller.workspaceId, {
        ...filter,
        appId,
        segmentId,
        before,
        limit: limit + 1,
        now: now(),
      })
      const page = pageOf(
        rows,
        limit,
        (row) => row,
        ({ id }) => [id],
      )
      return { ...page, data: await campaignViews(db, page.data, now()) }
    }),
    read(api.campaignCalendar, async ({ db, caller, query }) => {
      const span = { from: new Date(query.from), to: new Date(query.to) }
      if (span.to <= span.from) throw fieldProblem('invalid_request', '?to', 'must be after from')
      const rows = await store.readSpan(db, caller.workspaceId, { ...span, limit: mostInCalendar + 1 })
      return {
        data: rows.slice(0, mostInCalendar).map((row) => calendarEntry(row, now())),
        truncated: rows.length > mostInCalendar,
      }
    }),
    read(api.getCampaign, ({ db, caller, params }) => view(db, caller.workspaceId, params.id, now())),
    read(api.getCampaignCounts, async ({ db, caller, params }) =>
      readCampaignCounts(db, await existing(db, caller.workspaceId, params.id), now()),
    ),
    untied(api.validateCampaign, async ({ db, caller, params }) => {
      const campaign = await existing(db, caller.workspaceId, params.id)
      const problems = await findObstacles(db, caller.workspaceId, campaign, now())
      return { valid: problems.length === 0, problems }
    }),
  ]
}

function writingRoutes({ now }: { now: () => Date }): Route[] {
  return [
    write(api.createCampaign, async ({ db, caller, body }) =>
      view(db, caller.workspaceId, await createCampaign(db, caller.workspaceId, body, now()), now()),
    ),
    write(api.putCampaign, async ({ db, caller, params, body }) => {
      await replaceCampaign(db, await locked(db, caller.workspaceId, params.id), body, now())
      return view(db, caller.workspaceId, params.id, now())
    }),
    write(api.deleteCampaign, async ({ db, caller, params }) => {
      await removeCampaign(db, await locked(db, caller.workspaceId, params.id), now())
      return undefined
    }),
  ]
}

function changingRoutes({ store, now }: { store: Store; now: () => Date }): Route[] {
  const changed = async (
    { db, caller, params }: Pick<Call<typeof api.startCampaign, Tx>, 'db' | 'caller' | 'params'>,
    change: (tx: Tx, target: { workspaceId: string; id: string }, now: Date) => Promise<void>,
  ) => {
    await change(db, { workspaceId: caller.workspaceId, id: params.id }, now())
    return view(db, caller.workspaceId, params.id, now())
  }
  const halt =
    (change: 'pause' | 'terminate') =>
    async ({ caller: { workspaceId }, params: { id }, audit }: Call<typeof api.pauseCampaign, Db>) => {
      await haltCampaign(store, { workspaceId, id, audit }, change, now)
      return view(store.db, workspaceId, id, now())
    }
  return [
    write(api.startCampaign, (call) => changed(call, startCampaign)),
    write(api.resumeCampaign, (call) => changed(call, resumeCampaign)),
    write(api.restartCampaign, (call) =>
      changed(call, (tx, target, at) => restartCampaign(tx, target, call.body, at)),
    ),
    untied(api.pauseCampaign, halt('pause')),
    untied(api.terminateCampaign, halt('terminate')),
  ]
}

async function view(db: Db | Tx, workspaceId: string, id: string, now: Date): Promise<api.Campaign> {
  const [shown] = await campaignViews(db, [await existing(db, workspaceId, id)], now)
  if (!shown) throw new Error('A campaign without a view.')
  return shown
}

async function existing(db: Db | Tx, workspaceId: string, id: string): Promise<WholeCampaign> {
  return orRefuse(await store.findCampaign(db, workspaceId, id))
}

async function locked(tx: Tx, workspaceId: string, id: string): Promise<WholeCampaign> {
  return orRefuse(await store.lockCampaign(tx, workspaceId, id))
}

function orRefuse(campaign: WholeCampaign | undefined): WholeCampaign {
  if (!campaign) throw new Problem('not_found', { detail: 'There is no campaign with this id.' })
  return campaign
}
