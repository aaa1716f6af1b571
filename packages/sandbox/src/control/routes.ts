import { Problem } from '../problem.ts'
import { providers } from '../words.ts'
import type { Control } from './control.ts'
import { recordInput, reportInput } from './inputs.ts'
import { oneOf, readObject } from './read-input.ts'

export interface Call {
  /** The parts of the path that the pattern leaves open, in order. */
  parameters: string[]
  query: URLSearchParams
  /** Each operation reads its input anew, so the compiler is told nothing about it here. */
  body: never
}

/** What to answer: a JSON body with 200, or 204 where there is none. */
export type Route = (control: Control, call: Call) => unknown

/** The HTTP control API: one line per operation of `Control`. A `*` stands for one part of a path. */
export const routes: Record<string, Route> = {
  'GET /': () => ({ routes: Object.keys(routes) }),
  'GET /accounts': (control) => control.accounts(),
  'POST /accounts/apns': (control, { body }) => control.addApnsAccount(body),
  'POST /accounts/fcm': (control, { body }) => control.addFcmAccount(body),
  'POST /accounts/wns': (control, { body }) => control.addWnsAccount(body),
  'DELETE /accounts/*/*': (control, { parameters: [kind, id = ''] }) =>
    control.revokeAccount(oneOf(['apns', 'fcm', 'wns'])(kind, 'account'), id),
  'POST /devices': (control, { body }) => ({ devices: control.createDevices(body) }),
  'GET /phones': (control) => ({ phones: control.phones() }),
  'DELETE /phones': (control) => control.clearPhones(),
  'GET /phones/*': (control, { parameters: [id = ''] }) => control.phone(id),
  'POST /phones/*/notifications/*/act': (control, { parameters: [id = '', notificationId = ''], body }) =>
    control.act(id, notificationId, body),
  'GET /emails': (control) => ({ emails: control.emails() }),
  'DELETE /emails': (control) => control.clearEmails(),
  'GET /emails/*': (control, { parameters: [id = ''] }) => control.email(id),
  'GET /emails/*/raw': (control, { parameters: [id = ''] }) => ({ raw: control.rawEmail(id).toString() }),
  'POST /emails/*/report': (control, { parameters: [id = ''], body }) => ({
    raw: control.reportEmail(id, readObject(body, reportInput).kind),
  }),
  'POST /wallets': (control, { body }) => control.createWallet(body),
  'GET /wallets': (control) => ({ wallets: control.wallets() }),
  'DELETE /wallets/*': (control, { parameters: [id = ''] }) => control.removeWallet(id),
  'POST /wallets/*/refresh': (control, { parameters: [id = ''] }) => control.refreshWallet(id),
  'POST /wallets/*/passes': (control, { parameters: [id = ''], body }) => control.addPass(id, body),
  'DELETE /wallets/*/passes/*': (control, { parameters: [id = '', serial = ''] }) =>
    control.removePass(id, serial),
  'GET /conversations': (control) => ({ conversations: control.conversations() }),
  'DELETE /conversations': (control) => control.clearConversations(),
  'GET /conversations/*': (control, { parameters: [id = ''] }) => control.conversation(id),
  'POST /conversations/*/texts': (control, { parameters: [id = ''], body }) => control.answerText(id, body),
  'POST /faults': (control, { body }) => control.addFault(body),
  'GET /faults': (control) => ({ faults: control.faults() }),
  'DELETE /faults': (control) => control.clearFaults(),
  'DELETE /faults/*': (control, { parameters: [id = ''] }) => control.removeFault(id),
  'GET /stats': (control) => control.stats(),
  'DELETE /stats': (control) => control.clearStats(),
  'POST /record': (control, { body }) => control.record(readObject(body, recordInput).on),
  'GET /deliveries': (control, { query }) =>
    control.deliveries(oneOf(providers)(query.get('provider') ?? undefined, 'provider')),
}

/** The route of a request; throws the Problem to answer where there is none. */
export function findRoute(method: string, path: string): { route: Route; parameters: string[] } {
  const parts = path.split('/')
  let isPath = false
  for (const [line, route] of Object.entries(routes)) {
    const [routeMethod, pattern = ''] = line.split(' ')
    const parameters = match(pattern.split('/'), parts)
    if (parameters && routeMethod === method) return { route, parameters }
    isPath ||= parameters !== undefined
  }
  if (isPath) throw new Problem(405, `${path} does not take ${method}.`)
  throw new Problem(404, `There is nothing at ${path}; GET / lists what there is.`)
}

function match(pattern: string[], parts: string[]): string[] | undefined {
  if (pattern.length !== parts.length) return undefined
  const fits = pattern.every((part, index) => part === parts[index] || (part === '*' && parts[index] !== ''))
  return fits ? parts.filter((_, index) => pattern[index] === '*').map(decodePart) : undefined
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw new Problem(400, 'The path is not well-formed.')
  }
}
