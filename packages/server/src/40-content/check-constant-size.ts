import {
  type Content,
  channelOfPlatform,
  channelPlatforms,
  type Overrides,
  type Platform,
} from '@carillon/contract'
import { Problem } from '../00-kernel/index.ts'
import { findOversize, type Oversize } from './rendering/index.ts'

/**
 * Throws Problem when the part that is the same for everybody already exceeds a provider's limit: nobody on
 * that platform could ever get it. The content must have passed `checkContent`.
 */
export function checkConstantSize(
  content: Content,
  overrides: Overrides = {},
  platforms: readonly Platform[] = platformsMeantBy(overrides),
): void {
  const [first, ...more] = findOversize(content, overrides, platforms)
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

/** A template says no channel: it is meant for those that it has something of their own for, or else for push. */
function platformsMeantBy(overrides: Overrides): Platform[] {
  const channels = new Set((Object.keys(overrides) as Platform[]).map(channelOfPlatform))
  if (channels.size === 0) channels.add('push')
  return [...channels].flatMap((channel) => channelPlatforms[channel])
}

function sentenceOf({ platform, locale, sizeBytes, limitBytes, size }: Oversize): string {
  const language = locale === null ? '' : ` in ${locale}`
  const counted = size ?? `at least ${sizeBytes} bytes${language}, ${limitBytes} are allowed.`
  return `${platform}: ${counted} Shorten it, or switch the platform off with overrides.${platform}.enabled.`
}
