import type { Answer } from '@carillon/http2-sender'
import { apnsVerdict } from '../apns-verdict.ts'
import type { Verdict, VerdictClass } from '../channel.ts'

/** Of several devices' answers the one that decides over the delivery: first what another attempt may mend. */
const weight: Partial<Record<VerdictClass, number>> = {
  auth_broken: 0,
  auth_refresh: 0,
  throttle_project: 1,
  retry: 2,
  unknown_outcome: 2,
  throttle_target: 2,
}

/**
 * What became of one pass, whose new version is stored and can be fetched by then. A device that has thrown the pass
 * away, or that Apple does not know, is no failure of the pass: the link and its other devices remain.
 */
export function walletVerdict(
  answers: readonly Answer[],
  nowMs: number,
): { verdict: Verdict; each: Verdict[] } {
  const each = answers.map((answer) => apnsVerdict(answer, nowMs))
  if (each.length === 0) return { each, verdict: stored('No device has the pass yet; its link is ready.') }
  const open = each.filter((verdict) => verdict.class in weight)
  const [worst] = open.sort((a, b) => (weight[a.class] ?? 9) - (weight[b.class] ?? 9))
  if (worst) return { each, verdict: worst }
  const told = each.find((verdict) => verdict.class === 'accepted')
  if (told) return { each, verdict: told }
  const refused = each.find((verdict) => verdict.class === 'message_bad')
  // The push is the same for everybody, so a refused one is our own fault and must be seen.
  if (refused) return { each, verdict: refused }
  return { each, verdict: stored('No device that had the pass could be told; its link is ready.') }
}

function stored(detail: string): Verdict {
  return { class: 'accepted', status: null, code: null, detail }
}
