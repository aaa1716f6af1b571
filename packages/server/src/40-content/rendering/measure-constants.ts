import type { Content, Overrides, Platform } from '@carillon/contract'
import type { DeliveryOptions } from '../../11-channels/channel.ts'
import { buildPayload } from './build-payload.ts'
import type { LocaleChoice } from './choose-locale.ts'
import { constantPart, hasLiquid, parseTemplate } from './liquid.ts'
import { createChoosers, localeKeys } from './own-texts.ts'
import { type Field, joinFields, selectFields } from './select-fields.ts'

/** A payload that is too large for its provider whoever it is for. */
export interface Oversize {
  platform: Platform
  locale: string | null
  sizeBytes: number
  limitBytes: number
  /** The two in a sentence, where the provider counts in something else than bytes. */
  size?: string
}

/**
 * Builds each of the platforms in every language with what is the same for all people: no real payload is smaller. Gives
 * the first language that is too large on each platform. The content must have passed `checkContent`.
 */
export function findOversize(
  content: Content,
  overrides: Overrides,
  platforms: readonly Platform[],
): Oversize[] {
  const chooserOf = createChoosers(content, overrides)
  const choicesOf = (platform: Platform) =>
    [null, ...localeKeys(content, overrides, platform)].map(chooserOf(platform))
  const constants = new Map<string, unknown>()

  const constantAt = ({ pointer, value }: Field) => {
    if (!constants.has(pointer)) constants.set(pointer, constantsOf(value))
    return constants.get(pointer)
  }
  const measure = (platform: Platform, { locale, sources }: LocaleChoice): Oversize | null => {
    const fields = selectFields(content, overrides, platform, sources)
    const constant = joinFields(
      content.silent ?? false,
      fields.map((field) => [field.name, constantAt(field)]),
    )
    // Somebody's title or body will have at least one character; without any there is nothing to build.
    if (!constant.title && !constant.body) constant.body = '.'
    const wire = buildPayload[platform](constant, smallestOptions)
    if ('unbuildable' in wire || wire.sizeBytes <= wire.limitBytes) return null
    return { platform, locale, sizeBytes: wire.sizeBytes, limitBytes: wire.limitBytes, size: wire.size }
  }

  return platforms
    .filter((platform) => overrides[platform]?.enabled !== false)
    .flatMap((platform) => firstOf(choicesOf(platform), (choice) => measure(platform, choice)) ?? [])
}

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | null): R | null {
  for (const item of items) {
    const found = find(item)
    if (found !== null) return found
  }
  return null
}

const smallestOptions: DeliveryOptions = {
  deliveryId: '00000000-0000-8000-8000-000000000000',
  ttlSeconds: 0,
  expiresAtSeconds: 0,
  priority: 'high',
}

function constantsOf(value: unknown): unknown {
  if (typeof value === 'string')
    return hasLiquid(value) ? constantPart(parseTemplate(value, { isHtml: true })) : value
  if (Array.isArray(value)) return value.map(constantsOf)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, constantsOf(part)]))
}
