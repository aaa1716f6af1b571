import type { Cap, Holdout, QuietHours, Topic } from '@carillon/contract'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { readCaps } from '../caps/caps.ts'
import { readTopics } from '../topics/topics.ts'
import { getSettings } from './settings.ts'

/** What decides, beyond the message and the device, whether somebody is sent to now. */
export interface SendingRules {
  /** Where a clock is asked of somebody whose zone nobody knows. */
  timeZone: string
  topics: ReadonlyMap<string, Topic>
  caps: readonly Cap[]
  quietHours: QuietHours
  holdout: Holdout
}

export async function readSendingRules(db: Db | Tx, workspaceId: string): Promise<SendingRules> {
  const { timeZone, quietHours, holdout } = await getSettings(db, workspaceId)
  const topics = new Map((await readTopics(db, workspaceId)).map((topic) => [topic.name, topic]))
  return { timeZone, quietHours, holdout, topics, caps: await readCaps(db, workspaceId) }
}
