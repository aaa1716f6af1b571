import type { Fault, Faults } from '../faults.ts'
import type { Phones } from '../phones/phones.ts'
import type { Stats } from '../stats.ts'
import type { FaultKind, Provider } from '../words.ts'
import type { Answer, Judgement, ProviderRequest, Reply, RequestHandler } from './exchange.ts'

/** One provider: it knows its own rules and its own way to say no, and nothing of faults or sockets. */
export interface Emulator {
  /** The push service, or the token endpoint that shares its port. */
  providerOf(request: ProviderRequest): Provider
  judge(request: ProviderRequest): Judgement
  /** An answer with this status as the provider would word it. */
  failWith(
    provider: Provider,
    failure: { status: number; reason?: string; retryAfterSeconds?: number },
  ): Refusal
  /** The answer to credentials that have run out. */
  failExpired(provider: Provider): Refusal
}

export interface Refusal {
  reason: string
  answer: Answer
}

export interface Books {
  faults: Faults
  stats: Stats
  phones: Phones
}

const DEFAULT_DELAY_MS = 2000
const DEFAULT_STATUS = 503

/** Every request of a provider passes here: counted, perhaps hit by a fault, judged, answered. */
export function serveProvider(emulator: Emulator, books: Books): RequestHandler {
  return (request, reply) => {
    const provider = emulator.providerOf(request)
    books.stats.of(provider).requests++
    const fault = books.faults.drawForRequest(provider)
    const settle = (judgement: Judgement, delayMs = 0) =>
      settleWith(books, provider, reply, judgement, delayMs)
    if (!fault) return settle(emulator.judge(request))
    play[fault.fault]({ emulator, provider, request, fault, settle, books })
  }
}

interface Scene {
  emulator: Emulator
  provider: Provider
  request: ProviderRequest
  fault: Fault
  settle(judgement: Judgement, delayMs?: number): void
  books: Books
}

const play: Record<FaultKind, (scene: Scene) => void> = {
  status: ({ emulator, provider, fault, settle }) => {
    const failure = {
      status: fault.status ?? DEFAULT_STATUS,
      reason: fault.reason,
      retryAfterSeconds: fault.retry_after,
    }
    settle({ result: 'refused', ...emulator.failWith(provider, failure) })
  },
  expired_provider_token: ({ emulator, provider, settle }) =>
    settle({ result: 'refused', ...emulator.failExpired(provider) }),
  slow: ({ emulator, request, fault, settle }) =>
    settle(emulator.judge(request), fault.delay_ms ?? DEFAULT_DELAY_MS),
  reset: ({ settle }) => settle({ result: 'reset' }),
  goaway: ({ settle }) => settle({ result: 'goaway' }),
  hang: ({ books, provider }) => books.stats.countRefused(provider, 'hang'),
  // Plays before the handshake and is never drawn for a request.
  refuse_connections: ({ emulator, request, settle }) => settle(emulator.judge(request)),
}

function settleWith(
  { stats, phones }: Books,
  provider: Provider,
  reply: Reply,
  judgement: Judgement,
  delayMs: number,
): void {
  switch (judgement.result) {
    case 'accepted':
      stats.countAccepted(provider, judgement.deliveryId ?? judgement.arrival?.deliveryId)
      if (judgement.arrival) phones.arrive(judgement.arrival)
      answerAfter(delayMs || (judgement.delayMs ?? 0), reply, judgement.answer)
      break
    case 'refused':
      stats.countRefused(provider, judgement.reason)
      answerAfter(delayMs, reply, judgement.answer)
      break
    case 'token_minted':
      stats.of(provider).tokens_minted++
      answerAfter(delayMs, reply, judgement.answer)
      break
    case 'handled':
      answerAfter(delayMs, reply, judgement.answer)
      break
    case 'reset':
      stats.countRefused(provider, 'reset')
      reply.reset()
      break
    case 'goaway':
      stats.countRefused(provider, 'goaway')
      reply.goAway('Shutdown')
  }
}

/** The provider has done its work; only its answer is late. The timer keeps no process alive. */
function answerAfter(delayMs: number, reply: Reply, answer: Answer): void {
  if (delayMs > 0) setTimeout(() => reply.answer(answer), delayMs).unref()
  else reply.answer(answer)
}
