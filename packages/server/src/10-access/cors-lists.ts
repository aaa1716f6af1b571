import { type CorsDomain, parseCorsDomain } from '@carillon/contract'
import type { Db } from '../00-kernel/index.ts'
import { allowsOrigin } from './cors.ts'
import { readCorsDomains } from './store.ts'

/** Which origins the workspaces let in, as it was moments ago. */
export interface CorsLists {
  /** By a workspace; without one by any of them: a preflight says nothing of whose it is. */
  allows(origin: string, workspaceId?: string): Promise<boolean>
  /** The settings changed: look again. */
  forget(): void
}

/** A change holds at once in the process that made it, and within two seconds in any other. */
const rememberMs = 1_500

export function createCorsLists(db: Db): CorsLists {
  let remembered: { lists: Promise<Map<string, CorsDomain[]>>; until: number } | null = null

  function lists(): Promise<Map<string, CorsDomain[]>> {
    if (remembered && remembered.until > Date.now()) return remembered.lists
    const fresh = { lists: readLists(db), until: Date.now() + rememberMs }
    remembered = fresh
    fresh.lists.catch(() => {
      if (remembered === fresh) remembered = null
    })
    return fresh.lists
  }

  return {
    allows: async (origin, workspaceId) => {
      const all = await lists()
      const asked = workspaceId === undefined ? [...all.values()] : [all.get(workspaceId) ?? []]
      return asked.some((domains) => allowsOrigin(domains, origin))
    },
    forget: () => {
      remembered = null
    },
  }
}

async function readLists(db: Db): Promise<Map<string, CorsDomain[]>> {
  const rows = await readCorsDomains(db)
  return new Map(rows.map(({ id, domains }) => [id, domains.flatMap((text) => parseCorsDomain(text) ?? [])]))
}
