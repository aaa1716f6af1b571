import type { FastifyInstance } from 'fastify'
import { escapeHtml } from '../11-channels/email/html-text.ts'
import type { TrackingService } from '../80-feedback/index.ts'

/** A transparent GIF of one pixel. */
const pixel = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64')

const headers = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex' }

interface Place {
  token: string
}

/**
 * Where the links of tracked emails lead, and their picture. Both answer the same whatever becomes of the count: a
 * reader is not to pay for our trouble. No limit of rates, because a large mail service reads for all its people; what
 * we did not sign costs one hash.
 */
export function serveEmailTracking(app: FastifyInstance, service: TrackingService): void {
  app.get<{ Params: Place; Querystring: { to?: unknown } }>('/l/:token', async (request, reply) => {
    const { token } = request.params
    const { to } = request.query
    if (typeof to !== 'string' || !service.isOurs(token, to))
      return reply.code(404).headers(headers).type('text/html; charset=utf-8').send(unknownLink)
    if (request.method === 'GET') await service.click(token, to).catch(tell(request))
    return reply
      .code(302)
      .headers({ ...headers, location: new URL(to).href })
      .type('text/html; charset=utf-8')
      .send(`<a href="${escapeHtml(to)}">${escapeHtml(to)}</a>`)
  })
  app.get<{ Params: Place }>('/o/:token', async (request, reply) => {
    if (request.method === 'GET') await service.open(request.params.token).catch(tell(request))
    return reply.headers(headers).type('image/gif').send(pixel)
  })
}

function tell({ log }: { log: { error: (details: object, text: string) => void } }) {
  return (error: unknown) => log.error({ err: error }, 'what an email told was not recorded')
}

const unknownLink =
  '<!doctype html><title>Unknown link</title><p>This link is not known. It may have been cut.</p>'
