import { sql } from 'kysely'
import type { Db, Tx } from '../../00-kernel/index.ts'
import type { Predicate } from './compile-condition.ts'
import { asWhole, createCompiler } from './compile-segment.ts'
import { readScope } from './read-scope.ts'

/** A condition on a date takes 15 of the 65,535 parameters that one statement may have. */
const maxConditionsPerStatement = 4_000

/**
 * Whether `u`, a row of `users`, is in one of the included segments and in none of the excluded ones, as one
 * expression that is never null. The statement around it sees to the workspace. An unknown segment is a
 * Problem: leaving out an exclusion would reach people who were meant to be spared.
 */
export async function segmentPredicate(
  db: Db | Tx,
  workspaceId: string,
  { include, exclude }: { include: readonly string[]; exclude: readonly string[] },
  now: Date,
): Promise<Predicate> {
  const ids = [...include, ...exclude].map((id) => id.toLowerCase())
  const { compileSegment } = createCompiler(
    await readScope(db, workspaceId, ids, now),
    maxConditionsPerStatement,
  )
  const anyOf = (some: readonly string[]): Predicate =>
    some.length === 0
      ? sql`false`
      : sql`(${sql.join(
          some.map((id) => compileSegment(id.toLowerCase())),
          sql` or `,
        )})`
  return asWhole(sql`(${anyOf(include)} and not ${anyOf(exclude)})`)
}
