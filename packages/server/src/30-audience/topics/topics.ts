import type { Topic } from '@carillon/contract'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { builtInTopic, builtInTopics } from './consent.ts'
import { readTopicRows, type TopicRow } from './store.ts'

/** Those of a workspace, by name; the built-in ones are among them as they are or as they were replaced. */
export async function readTopics(db: Db | Tx, workspaceId: string): Promise<Topic[]> {
  const rows = await readTopicRows(db, workspaceId)
  const replaced = new Set(rows.map(({ name }) => name))
  const untouched = builtInTopics.filter((name) => !replaced.has(name)).map(builtInTopic)
  return [...untouched, ...rows.map(topicView)].sort((a, b) => (a.name < b.name ? -1 : 1))
}

function topicView({ name, title, description, purpose, model, channels }: TopicRow): Topic {
  return { name, title, description, purpose, model, channels, built_in: isBuiltIn(name) }
}

export function isBuiltIn(name: string): boolean {
  return (builtInTopics as readonly string[]).includes(name)
}

/** Whether a message may name it. */
export async function hasTopic(db: Db | Tx, workspaceId: string, name: string): Promise<boolean> {
  return (await readTopics(db, workspaceId)).some((topic) => topic.name === name)
}
