import type { z } from 'zod'
import { fieldProblem, Problem } from '../00-kernel/problem.ts'

/** How a secret is shown. */
export const dots = '••••••••'

/** What a person entered, checked for its shape; throws Problem('invalid_credential') naming each field. */
export function readCredential<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input)
  if (result.success) return result.data
  throw new Problem('invalid_credential', {
    errors: result.error.issues.flatMap((issue) =>
      pointersOf(issue).map((pointer) => ({ pointer, code: issue.code, detail: issue.message })),
    ),
  })
}

/** The problem of one field, such as `/key_id`. */
export function credentialProblem(pointer: string, detail: string): Problem {
  return fieldProblem('invalid_credential', pointer, detail)
}

/** JSON pointers (RFC 6901); an issue about unknown keys points at each of them. */
function pointersOf(issue: z.core.$ZodIssue): string[] {
  const place = issue.path.map((part) => `/${escapePart(part)}`).join('')
  return issue.code === 'unrecognized_keys' ? issue.keys.map((key) => `${place}/${escapePart(key)}`) : [place]
}

function escapePart(part: PropertyKey): string {
  return String(part).replaceAll('~', '~0').replaceAll('/', '~1')
}
