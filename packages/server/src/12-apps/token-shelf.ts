import { sql } from 'kysely'
import { type Db, lockNumber, type Vault } from '../00-kernel/index.ts'
import type { TokenShelf } from '../11-channels/index.ts'

/** Keeps shared provider tokens in the database, sealed; whoever comes first makes one, the others wait for it. */
export function createTokenShelf(db: Db, vault: Vault): TokenShelf {
  return {
    keep: (name, notBeforeMs, make) =>
      db.transaction().execute(async (tx) => {
        await sql`select pg_advisory_xact_lock(${lockNumber('provider token', name)}::bigint)`.execute(tx)
        const row = await tx
          .selectFrom('provider_tokens')
          .selectAll()
          .where('name', '=', name)
          .executeTakeFirst()
        const isYoung = row !== undefined && row.issued_at.getTime() >= notBeforeMs
        // What another SECRET_KEY sealed is made anew.
        const token = isYoung ? vault.tryOpen(row.sealed, `token:${name}`) : null
        if (isYoung && token !== null) return { token, issuedAtMs: row.issued_at.getTime() }
        const made = make()
        const values = {
          sealed: vault.seal(made.token, `token:${name}`),
          issued_at: new Date(made.issuedAtMs),
        }
        await tx
          .insertInto('provider_tokens')
          .values({ name, ...values })
          .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
          .execute()
        return made
      }),
  }
}
