import {
  createSegment,
  deleteSegment,
  estimateSegment,
  getSegment,
  listSegments,
  listSegmentUsers,
  putSegment,
  type Segment,
  type SegmentCreate,
} from '@carillon/contract'
import type { z } from 'zod'
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
  write,
} from '../../00-kernel/index.ts'
import { findApp } from '../../12-apps/index.ts'
import { checkDefinition } from './check-definition.ts'
import { checkExpansion } from './check-expansion.ts'
import * as estimate from './estimate-segment.ts'
import { readMembers } from './read-members.ts'
import { definitionOf } from './read-scope.ts'
import * as store from './store.ts'

export function segmentRoutes({ now }: { now: () => Date }): Route[] {
  return [
    read(listSegments, async ({ db, caller, query }) => {
      const [before] = decodeCursor(query.cursor, ['uuid']) ?? []
      const rows = await store.readSegments(db, caller.workspaceId, {
        before: before as string | undefined,
        limit: query.limit + 1,
      })
      return pageOf(rows, query.limit, segmentView, ({ id }) => [id])
    }),
    read(getSegment, async ({ db, caller, params }) =>
      segmentView(await findOrRefuse(db, caller.workspaceId, params.id)),
    ),
    write(createSegment, ({ db, caller, body }) => create(db, caller.workspaceId, body)),
    write(putSegment, ({ db, caller, params, body }) => replace(db, caller.workspaceId, params.id, body)),
    write(deleteSegment, async ({ db, caller, params }) => {
      await remove(db, caller.workspaceId, params.id, now())
      return undefined
    }),
    untied(estimateSegment, async ({ db, caller, body }) => {
      const { app_id: appId, name: _, ...definition } = body
      if (appId && !(await findApp(db, caller.workspaceId, appId)))
        throw fieldProblem('invalid_request', '/app_id', 'is not the id of an app here', 'unknown_app')
      return estimate.estimateSegment(db, caller.workspaceId, definition, { appId, now: now() })
    }),
    read(listSegmentUsers, async ({ db, caller, params, query }) => {
      const { id } = await findOrRefuse(db, caller.workspaceId, params.id)
      const [before] = decodeCursor(query.cursor, ['uuid']) ?? []
      return readMembers(db, caller.workspaceId, {
        segmentId: id,
        before: before as string | undefined,
        limit: query.limit,
        now: now(),
      })
    }),
  ]
}

type SegmentInput = z.output<typeof SegmentCreate>

async function create(tx: Tx, workspaceId: string, input: SegmentInput): Promise<Segment> {
  await store.lockSegments(tx, workspaceId)
  await refuseTakenName(tx, workspaceId, input.name, null)
  await checkDefinition(tx, workspaceId, input)
  const row = await store.insertSegment(tx, workspaceId, newId(), input)
  await checkExpansion(tx, workspaceId, row.id)
  return segmentView(row)
}

async function replace(tx: Tx, workspaceId: string, id: string, input: SegmentInput): Promise<Segment> {
  await store.lockSegments(tx, workspaceId)
  const old = await findOrRefuse(tx, workspaceId, id)
  await refuseTakenName(tx, workspaceId, input.name, old.id)
  await checkDefinition(tx, workspaceId, input, old.id)
  const row = await store.updateSegment(tx, workspaceId, old.id, input)
  await checkExpansion(tx, workspaceId, old.id)
  return segmentView(row)
}

async function remove(tx: Tx, workspaceId: string, id: string, now: Date): Promise<void> {
  await store.lockSegments(tx, workspaceId)
  const row = await findOrRefuse(tx, workspaceId, id)
  const [user] = await store.readSegmentsNaming(tx, workspaceId, row.id)
  if (user)
    throw new Problem('conflict', {
      detail: `The segment ${user.name} uses this one; change that one first.`,
    })
  if (await store.isAwaited(tx, workspaceId, row.id)) {
    throw new Problem('conflict', {
      detail: 'A message that has not started yet is meant for this segment; cancel the message first.',
    })
  }
  const campaign = await store.findCampaignWith(tx, workspaceId, { id: row.id, now })
  if (campaign)
    throw new Problem('conflict', { detail: `The campaign ${campaign.name} uses it; change that first.` })
  await store.deleteSegment(tx, workspaceId, row.id)
}

async function refuseTakenName(
  tx: Tx,
  workspaceId: string,
  name: string,
  ownId: string | null,
): Promise<void> {
  const other = await store.findSegmentByName(tx, workspaceId, name)
  if (other && other.id !== ownId)
    throw fieldProblem('already_exists', '/name', `is the name of the segment ${other.id} already`, 'taken')
}

async function findOrRefuse(db: Db | Tx, workspaceId: string, id: string): Promise<store.SegmentRow> {
  const row = await store.findSegment(db, workspaceId, id)
  if (!row) throw new Problem('not_found', { detail: 'There is no segment with this id.' })
  return row
}

function segmentView(row: store.SegmentRow): Segment {
  return {
    id: row.id,
    name: row.name,
    ...definitionOf(row),
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
  }
}
