import type { ProblemPlace } from '@carillon/contract'
import type { z } from 'zod'
import { Problem } from '../00-kernel/index.ts'

/** Checks one item of a batch or import by itself, so that its neighbours go on. Throws Problem('invalid_request'). */
export function checkItem<S extends z.ZodType>(schema: S, item: unknown): z.output<S> {
  const parsed = schema.safeParse(item)
  if (parsed.success) return parsed.data
  throw new Problem('invalid_request', { errors: parsed.error.issues.flatMap(placesOf).slice(0, 50) })
}

function placesOf(issue: z.core.$ZodIssue): ProblemPlace[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      pointer: pointerOf([...issue.path, key]),
      code: 'unknown_field',
      detail: 'is not a field here',
    }))
  }
  return [{ pointer: pointerOf(issue.path), code: issue.code, detail: issue.message }]
}

export function pointerOf(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

/** How a batch tells what became of one item. */
export interface ItemError {
  code: string
  detail: string
  pointer?: string
}

export function itemError(problem: Problem): ItemError {
  const place = problem.details.errors?.[0]
  return {
    code: problem.code,
    detail: problem.message,
    ...(place ? { pointer: place.pointer } : {}),
  }
}
