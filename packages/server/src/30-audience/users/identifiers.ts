import type { UserPatch } from '@carillon/contract'
import type { Db, Tx } from '../../00-kernel/index.ts'
import { findUsersByIdentifier } from './store.ts'

/** Who has an identifier, by `identifierKey`. */
export type Owners = Map<string, string>
type Named = Pick<UserPatch, 'identifiers'>

export function identifierKey(name: string, value: string): string {
  return `${name}\0${value}`
}

/** The present owners of every identifier in the input. */
export async function readOwners(
  db: Db | Tx,
  workspaceId: string,
  inputs: readonly Named[],
): Promise<Owners> {
  const pairs = inputs.flatMap(({ identifiers }) => Object.entries(identifiers ?? {}))
  if (pairs.length === 0) return new Map()
  const names = [...new Set(pairs.map(([name]) => name))]
  const values = [...new Set(pairs.map(([, value]) => value))]
  const rows = await findUsersByIdentifier(db, workspaceId, names, values)
  return new Map(rows.map(({ name, value, id }) => [identifierKey(name, value), id]))
}

/** The first identifier that is somebody else's. */
export function findTaken(
  owners: Owners,
  { identifiers }: Named,
  ownId: string,
): { name: string; value: string; ownerId: string } | null {
  for (const [name, value] of Object.entries(identifiers ?? {})) {
    const ownerId = owners.get(identifierKey(name, value))
    if (ownerId !== undefined && ownerId !== ownId) return { name, value, ownerId }
  }
  return null
}
