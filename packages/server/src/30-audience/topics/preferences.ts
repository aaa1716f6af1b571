import { type BodyOf, channels, type Preference, type patchPreferences, type Topic } from '@carillon/contract'
import { type Caller, type Db, fieldProblem, Problem, type Tx } from '../../00-kernel/index.ts'
import { ownSubscription } from '../subscriptions/change-subscription.ts'
import { patchUser } from '../users/patch-user.ts'
import { findUser } from '../users/store.ts'
import { refuseConsent } from './consent.ts'
import { readTopics } from './topics.ts'

/** What a device may show and change: everything but what an account cannot do without. */
function isOffered({ purpose }: Topic): boolean {
  return purpose !== 'transactional'
}

/** The topics with what the person of a device gets of them. */
export async function readPreferences(db: Db | Tx, caller: Caller, id: string): Promise<Preference[]> {
  const person = await personOf(db, caller, id)
  const topics = (await readTopics(db, caller.workspaceId)).filter(isOffered)
  return topics.map((topic) => ({
    topic: topic.name,
    title: topic.title,
    description: topic.description,
    channels: Object.fromEntries(
      (topic.channels ?? channels).map((channel) => [
        channel,
        refuseConsent(topic, channel, person.consents) === null,
      ]),
    ),
  }))
}

/** Grants and denies for the person of a device; only topics that a device is shown. */
export async function changePreferences(
  tx: Tx,
  caller: Caller,
  { id, consents, now }: BodyOf<typeof patchPreferences> & { id: string; now: Date },
): Promise<void> {
  const person = await personOf(tx, caller, id)
  const topics = (await readTopics(tx, caller.workspaceId)).filter(isOffered)
  const known = new Set(
    topics.flatMap(({ name, channels: some }) => [
      name,
      ...(some ?? channels).map((channel) => `${name}:${channel}`),
    ]),
  )
  for (const name of Object.keys(consents))
    if (!known.has(name))
      throw fieldProblem('invalid_request', '/consents', `${name} is no topic that people choose`, 'unknown')
  await patchUser(tx, caller.workspaceId, { id: person.id, input: { consents }, now })
}

async function personOf(db: Db | Tx, caller: Caller, id: string) {
  const { user_id: userId } = await ownSubscription(db, caller, id)
  const user = userId && (await findUser(db, caller.workspaceId, userId))
  if (user) return user
  throw new Problem('conflict', { detail: 'The device belongs to nobody: there is nobody to ask.' })
}
