import {
  activateEventDefinition,
  createEventDefinition,
  deactivateEventDefinition,
  deleteEventDefinition,
  type EventDefinition,
  exportEventDefinitions,
  getEventDefinition,
  getEventPayload,
  importEventDefinitions,
  invokeEvent,
  listEventDefinitions,
  listEventInvocations,
  patchEventDefinition,
} from '@carillon/contract'
import { type Db, decodeCursor, pageOf, type Route, read, type Tx, write } from '../../00-kernel/index.ts'
import { definitionView } from './definition-view.ts'
import { exportDefinitions } from './export-definitions.ts'
import { importDefinitions } from './import-definitions.ts'
import { readInvocations } from './invocations.ts'
import { invokeDefinition } from './invoke.ts'
import { readyCall } from './payload.ts'
import {
  changeDefinition,
  createDefinition,
  removeDefinition,
  setStatus,
  unknownDefinition,
} from './save-definition.ts'
import * as store from './store.ts'

interface EventDeps {
  now: () => Date
  /** Where this server is reached, once it listens. */
  address: () => string
}

export function eventRoutes(deps: EventDeps): Route[] {
  return [...definitionRoutes(deps), ...invocationRoutes(deps)]
}

function definitionRoutes({ now }: EventDeps): Route[] {
  const saving = ({ workspaceId }: { workspaceId: string }) => ({ workspaceId, now: now() })
  return [
    read(listEventDefinitions, async ({ db, caller, query: { cursor, limit, ...filter } }) => {
      const [before] = (decodeCursor(cursor, ['uuid']) ?? []) as string[]
      const page = { ...filter, before, limit: limit + 1 }
      const rows = await store.readDefinitions(db, caller.workspaceId, page)
      return pageOf(rows, limit, definitionView, ({ id }) => [id])
    }),
    read(getEventDefinition, ({ db, caller, params }) => view(db, caller.workspaceId, params.id)),
    write(createEventDefinition, async ({ db, caller, body }) =>
      view(db, caller.workspaceId, await createDefinition(db, body, saving(caller))),
    ),
    write(patchEventDefinition, async ({ db, caller, params, body }) => {
      await changeDefinition(db, params.id, body, saving(caller))
      return view(db, caller.workspaceId, params.id)
    }),
    write(activateEventDefinition, async ({ db, caller, params }) => {
      await setStatus(db, params.id, 'active', saving(caller))
      return view(db, caller.workspaceId, params.id)
    }),
    write(deactivateEventDefinition, async ({ db, caller, params }) => {
      await setStatus(db, params.id, 'inactive', saving(caller))
      return view(db, caller.workspaceId, params.id)
    }),
    write(deleteEventDefinition, async ({ db, caller, params }) => {
      await removeDefinition(db, caller.workspaceId, params.id)
      return undefined
    }),
    read(exportEventDefinitions, ({ db, caller }) => exportDefinitions(db, caller.workspaceId, now())),
    write(importEventDefinitions, ({ db, caller, body }) => importDefinitions(db, body, saving(caller))),
  ]
}

function invocationRoutes({ now, address }: EventDeps): Route[] {
  return [
    write(invokeEvent, ({ db, caller, params, body }) =>
      invokeDefinition(db, params.id, body, { workspaceId: caller.workspaceId, now: now() }),
    ),
    read(listEventInvocations, async ({ db, caller, params, query }) => {
      const { id } = await find(db, caller.workspaceId, params.id)
      return readInvocations(db, id, { ...query, now: now() })
    }),
    read(getEventPayload, async ({ db, caller: { workspaceId }, params, query }) =>
      readyCall(db, await find(db, workspaceId, params.id), {
        workspaceId,
        userId: query.user_id ?? null,
        address: address(),
      }),
    ),
  ]
}

async function find(db: Db | Tx, workspaceId: string, id: string): Promise<store.DefinitionRow> {
  const row = await store.findDefinition(db, workspaceId, id)
  if (!row) throw unknownDefinition()
  return row
}

async function view(db: Db | Tx, workspaceId: string, id: string): Promise<EventDefinition> {
  return definitionView(await find(db, workspaceId, id))
}
