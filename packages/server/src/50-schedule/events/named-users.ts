import type { EventInvoke, ProblemPlace } from '@carillon/contract'
import { sql } from 'kysely'
import type { Tx } from '../../00-kernel/index.ts'
import { findUsersBy } from '../../30-audience/index.ts'

type Named = NonNullable<EventInvoke['users']>[number]

/** The people that a call names one by one, each once; and the names that nobody or more than one person has. */
export async function findNamedUsers(
  tx: Tx,
  workspaceId: string,
  named: readonly Named[],
): Promise<{ ids: string[]; problems: ProblemPlace[] }> {
  const known = await knownIds(tx, workspaceId, named)
  const having = await idsByValue(tx, workspaceId, named)
  const ids = new Set<string>()
  const problems: ProblemPlace[] = []
  named.forEach((name, i) => {
    if ('id' in name) {
      if (known.has(name.id.toLowerCase())) ids.add(name.id)
      else problems.push({ pointer: `/users/${i}/id`, code: 'unknown_id', detail: 'is not known here' })
      return
    }
    const found = having.get(keyOf(name.by)) ?? []
    if (found.length === 1) ids.add(found[0] as string)
    else problems.push({ pointer: `/users/${i}/by/value`, ...notOne(found) })
  })
  return { ids: [...ids], problems }
}

function notOne(found: readonly string[]) {
  if (found.length === 0) return { code: 'unknown_user', detail: 'nobody has this value' }
  const detail = `${found.length} people have this value; name one by id, or all of them by users_by`
  return { code: 'ambiguous', detail }
}

async function knownIds(tx: Tx, workspaceId: string, named: readonly Named[]): Promise<Set<string>> {
  const ids = named.flatMap((name) => ('id' in name ? [name.id] : []))
  if (ids.length === 0) return new Set()
  const { rows } = await sql<{ id: string }>`
    select id from users where workspace_id = ${workspaceId} and id = any(${ids}::uuid[])`.execute(tx)
  return new Set(rows.map(({ id }) => id))
}

async function idsByValue(
  tx: Tx,
  workspaceId: string,
  named: readonly Named[],
): Promise<Map<string, string[]>> {
  const asked = named.flatMap((name) => ('by' in name ? [name.by] : []))
  const all = new Map<string, string[]>()
  for (const [attribute, some] of Map.groupBy(asked, (by) => by.attribute)) {
    const values = [...new Set(some.map(({ value }) => value))]
    for (const { id, value } of await findUsersBy(tx, workspaceId, attribute, values)) {
      const key = keyOf({ attribute, value })
      all.set(key, [...(all.get(key) ?? []), id])
    }
  }
  return all
}

function keyOf({ attribute, value }: { attribute: string; value: string }): string {
  return `${attribute} ${value}`
}
