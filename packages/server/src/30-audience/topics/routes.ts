import {
  deleteTopic,
  getPreferences,
  getTopic,
  listTopics,
  patchPreferences,
  putTopic,
} from '@carillon/contract'
import { type Db, Problem, type Route, read, type Tx, write } from '../../00-kernel/index.ts'
import { touchRules } from '../settings/store.ts'
import { changePreferences, readPreferences } from './preferences.ts'
import { deleteTopicRow, readTopicRows, writeTopic } from './store.ts'
import { isBuiltIn, readTopics } from './topics.ts'

/** With the workspace's own they stay few enough to be asked of every message. */
const mostTopics = 200

export function topicRoutes({ now }: { now: () => Date }): Route[] {
  return [
    read(listTopics, async ({ db, caller }) => ({ data: await readTopics(db, caller.workspaceId) })),
    read(getTopic, ({ db, caller, params }) => viewTopic(db, caller.workspaceId, params.name)),
    write(putTopic, async ({ db, caller: { workspaceId }, params: { name }, body }) => {
      await touchRules(db, workspaceId)
      const rows = await readTopicRows(db, workspaceId)
      if (rows.length >= mostTopics && !rows.some((row) => row.name === name))
        throw new Problem('conflict', { detail: `There are ${mostTopics} topics, and there can be no more.` })
      const at = now()
      await writeTopic(db, { ...body, workspace_id: workspaceId, name, created_at: at, updated_at: at })
      return viewTopic(db, workspaceId, name)
    }),
    write(deleteTopic, async ({ db, caller, params }) => {
      await touchRules(db, caller.workspaceId)
      const isDeleted = await deleteTopicRow(db, caller.workspaceId, params.name)
      if (!isDeleted && isBuiltIn(params.name))
        throw new Problem('conflict', { detail: `${params.name} is built in and was not changed.` })
      if (!isDeleted) throw unknownTopic()
      return undefined
    }),
    read(getPreferences, async ({ db, caller, params }) => ({
      data: await readPreferences(db, caller, params.id),
    })),
    write(patchPreferences, async ({ db, caller, params, body }) => {
      await changePreferences(db, caller, { ...body, id: params.id, now: now() })
      return { data: await readPreferences(db, caller, params.id) }
    }),
  ]
}

async function viewTopic(db: Db | Tx, workspaceId: string, name: string) {
  const topic = (await readTopics(db, workspaceId)).find((each) => each.name === name)
  if (!topic) throw unknownTopic()
  return topic
}

function unknownTopic(): Problem {
  return new Problem('not_found', { detail: 'There is no topic with this name.' })
}
