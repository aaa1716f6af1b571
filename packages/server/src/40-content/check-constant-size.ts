import type { Content, Overrides } from '@carillon/contract'
import { Problem } from '../00-kernel/index.ts'
import { findOversize, type Oversize } from './rendering/index.ts'

/**
 * Throws Problem when the part that is the same for everybody already exceeds a provider's limit: nobody on
 * that platform could ever get it. The content must have passed `checkContent`.
 */
export function checkConstantSize(content: Content, overrides: Overrides = {}): void {
  const [first, ...more] = findOversize(content, overrides)
  if (!first) return
  throw new Problem('payload_too_large', {
    errors: [first, ...more].map((oversize) => ({
      pointer: '/content',
      code: 'payload_too_large',
      detail: sentenceOf(oversize),
    })),
    extra: { platform: first.platform, size_bytes: first.sizeBytes, limit_bytes: first.limitBytes },
  })
}

function sentenceOf({ platform, locale, sizeBytes, limitBytes }: Oversize): string {
  const language = locale === null ? '' : ` in ${locale}`
  return `${platform}: at least ${sizeBytes} bytes${language}, ${limitBytes} are allowed. Shorten it, or switch the platform off with overrides.${platform}.enabled.`
}
