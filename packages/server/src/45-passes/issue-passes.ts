import { randomBytes } from 'node:crypto'
import type { Tx } from '../00-kernel/index.ts'
import { subscribePeople } from '../30-audience/index.ts'
import { insertPasses } from './store.ts'

/** A line of an audience: somebody, and the pass that they have in the app, if they have one. */
interface Line {
  user_id: string | null
  subscription_id: string | null
}

/** Gives everybody a pass who has none in the app, and gives the lines with their subscriptions. */
export async function issuePasses<L extends Line>(
  tx: Tx,
  { workspaceId, appId, now }: { workspaceId: string; appId: string; now: Date },
  lines: readonly L[],
): Promise<(L & { platform: 'wallet'; environment: 'production' })[]> {
  const people = lines.flatMap(({ user_id: userId, subscription_id }) =>
    userId !== null && subscription_id === null ? [{ userId, token: newSerial() }] : [],
  )
  const issued = new Map<string | null, string>()
  if (people.length > 0) {
    const place = { workspaceId, appId, platform: 'wallet' as const, now }
    const { made, all } = await subscribePeople(tx, place, people)
    await insertPasses(tx, made, now)
    for (const { user_id, id } of all) issued.set(user_id, id)
  }
  return lines.map((line) => ({
    ...line,
    subscription_id: line.subscription_id ?? issued.get(line.user_id) ?? null,
    platform: 'wallet',
    environment: 'production',
  }))
}

function newSerial(): string {
  return randomBytes(16).toString('base64url')
}
