import type { Failure } from '@carillon/http2-sender'
import type { Verdict } from './channel.ts'

/**
 * The verdict when there was no response. What was surely not processed is simply tried again; what was cut or
 * timed out after it was written may have arrived, so it goes again with the same ids.
 */
export function transportVerdict(failure: Failure): Verdict {
  const cut = failure.failure !== 'not_sent'
  return {
    class: cut ? 'unknown_outcome' : 'retry',
    status: null,
    code: failure.failure === 'timeout' ? 'TIMEOUT' : failure.code,
  }
}

/** A provider's own words as they may be kept: without control characters, at most 500 characters. */
export function shortDetail(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ').slice(0, 500)
}
