import type { FastifyInstance } from 'fastify'
import { Problem } from '../00-kernel/index.ts'
import { isStorable } from './json-body.ts'

export const formType = 'application/x-www-form-urlencoded'

/** Takes forms, and nothing else, in this scope. A field that comes twice has its last value. */
export function takeForms(scope: FastifyInstance): FastifyInstance {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(formType, { parseAs: 'string' }, async (_request: unknown, text: string) => {
    const fields = [...new URLSearchParams(text)]
    if (fields.every((field) => field.every(isStorable))) return Object.fromEntries(fields)
    throw new Problem('invalid_request', {
      errors: [{ pointer: '', code: 'invalid_text', detail: 'holds a NUL or half a surrogate pair' }],
    })
  })
  return scope
}
