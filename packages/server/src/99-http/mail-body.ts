import type { FastifyInstance } from 'fastify'

export const mailType = 'message/rfc822'

/** Takes emails as mail servers pipe them, and nothing else, in this scope. Each byte is one character. */
export function takeMails(scope: FastifyInstance): FastifyInstance {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser(mailType, { parseAs: 'buffer' }, async (_request: unknown, bytes: Buffer) =>
    bytes.toString('latin1'),
  )
  return scope
}
