import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { escapeHtml } from '../11-channels/email/html-text.ts'
import type { LinkView, UnsubscribeService } from '../80-feedback/index.ts'
import { type RateLimiter, ratePolicies } from './rate-limit.ts'

interface Place {
  token: string
}

/** What mail programs POST (RFC 8058, section 3.2), as a form of either kind, and what our own button does. */
const oneClick = /List-Unsubscribe\s*(=|["'][\s\S]{0,200}?)\s*One-Click/
const button = /(^|&)confirm=yes(&|$)/

/**
 * Where the links of marketing emails lead. A GET shows a page and changes nothing, because machines that look for
 * danger follow every link; a POST ends it at once, without cookie, redirect or question.
 */
export async function serveUnsubscribe(
  app: FastifyInstance,
  service: UnsubscribeService,
  limiter: RateLimiter,
): Promise<void> {
  const onRequest = async (request: FastifyRequest, reply: FastifyReply) =>
    limiter.take(ratePolicies.unsubscribe, request.ip, reply)
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'string' }, async (_request: unknown, text: string) => text)
    scope.get<{ Params: Place }>('/u/:token', { onRequest }, async ({ params }, reply) => {
      const view = await service.look(params.token)
      return sendPage(reply, view ? 200 : 404, pageOf(view))
    })
    scope.post<{ Params: Place }>('/u/:token', { onRequest, bodyLimit: 16_384 }, async (request, reply) => {
      const body = typeof request.body === 'string' ? request.body : ''
      const isOneClick = oneClick.test(body)
      if (!isOneClick && !button.test(body)) return sendPage(reply, 400, wrongPost)
      const view = await service.end(request.params.token)
      if (!isOneClick) return sendPage(reply, view ? 200 : 404, pageOf(view))
      return reply
        .code(view ? 200 : 404)
        .type('text/plain')
        .send(view ? 'Unsubscribed.' : 'This link is not known.')
    })
  })
}

function sendPage(reply: FastifyReply, status: number, content: string): FastifyReply {
  return reply
    .code(status)
    .headers({
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`,
      'referrer-policy': 'no-referrer',
      'x-robots-tag': 'noindex',
    })
    .type('text/html; charset=utf-8')
    .send(frameOf(content))
}

function pageOf(view: LinkView | null): string {
  if (!view)
    return '<h1>This link is not known</h1><p>It is not complete, or the address is gone already.</p>'
  const [app, address] = [escapeHtml(view.app), escapeHtml(view.address)]
  if (view.isUnsubscribed) {
    return `<h1>You are unsubscribed</h1><p>${app} sends no more emails to <b>${address}</b>.</p>`
  }
  return `<h1>Unsubscribe from ${app}?</h1>
<p>No more emails would be sent to <b>${address}</b>.</p>
<form method="post"><button name="confirm" value="yes">Unsubscribe</button></form>
<p class="quiet">If you did not mean to, close this page: nothing has changed.</p>`
}

const wrongPost = '<h1>Nothing has changed</h1><p>Open the link in a browser and press the button there.</p>'

function frameOf(content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Emails</title>
<style>${style}</style>
</head>
<body><main>${content}</main></body>
</html>
`
}

/** The console's calm, without its files. */
const style = `
:root { color-scheme: light dark; --ink: #22211f; --quiet: #4d4b47; --paper: #f8f7f5; --card: #ffffff; --line: #dfddd8; --accent: #936012; --on: #ffffff }
@media (prefers-color-scheme: dark) { :root { --ink: #d6d5d2; --quiet: #bab8b4; --paper: #1b1a19; --card: #282725; --line: #403e3b; --accent: #d6a850; --on: #151413 } }
* { box-sizing: border-box }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 24px; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif }
main { width: 100%; max-width: 420px; padding: 32px; background: var(--card); border: 1px solid var(--line); border-radius: 12px; overflow-wrap: anywhere }
h1 { margin: 0 0 12px; font-size: 22px; line-height: 1.3 }
p { margin: 0 0 20px }
p:last-child { margin: 0 }
form { margin: 0 0 20px }
.quiet { color: var(--quiet); font-size: 14px }
button { width: 100%; min-height: 44px; border: 0; border-radius: 8px; background: var(--accent); color: var(--on); font: inherit; font-weight: 600; cursor: pointer }
button:focus-visible { outline: 3px solid var(--ink); outline-offset: 2px }
`
