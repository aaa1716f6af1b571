import { type Content, type Overrides, type Platform, platforms } from '@carillon/contract'
import type { DeliveryOptions } from '../../11-channels/channel.ts'
import { buildPayload } from './build-payload.ts'
import { createLocaleChooser, type LocaleChoice } from './choose-locale.ts'
import { constantPart, hasLiquid, parseTemplate } from './liquid.ts'
import { joinFields, selectFields } from './select-fields.ts'

/** A payload that is too large for its provider whoever it is for. */
export interface Oversize {
  platform: Platform
  locale: string | null
  sizeBytes: number
  limitBytes: number
}

/** Builds every platform and language with what is the same for all people: no real payload is smaller. */
export function findOversize(content: Content, overrides: Overrides = {}): Oversize[] {
  const chooseLocale = createLocaleChooser(content)
  const choices = [null, ...Object.keys(content.locales ?? {})].map(chooseLocale)
  const enabled = platforms.filter((platform) => overrides[platform]?.enabled !== false)
  return enabled.flatMap((platform) =>
    choices.flatMap((choice) => measure(content, overrides, platform, choice) ?? []),
  )
}

function measure(
  content: Content,
  overrides: Overrides,
  platform: Platform,
  { locale, sources }: LocaleChoice,
): Oversize | null {
  const fields = selectFields(content, overrides, platform, sources)
  const constant = joinFields(
    content.silent ?? false,
    fields.map(({ name, value }) => [name, constantsOf(value)]),
  )
  // Somebody's title or body will have at least one character; without any there is nothing to build.
  if (!constant.title && !constant.body) constant.body = '.'
  const wire = buildPayload[platform](constant, smallestOptions)
  if ('unbuildable' in wire || wire.sizeBytes <= wire.limitBytes) return null
  return { platform, locale, sizeBytes: wire.sizeBytes, limitBytes: wire.limitBytes }
}

const smallestOptions: DeliveryOptions = {
  deliveryId: '00000000-0000-8000-8000-000000000000',
  ttlSeconds: 0,
  expiresAtSeconds: 0,
  priority: 'high',
}

function constantsOf(value: unknown): unknown {
  if (typeof value === 'string') return hasLiquid(value) ? constantPart(parseTemplate(value)) : value
  if (Array.isArray(value)) return value.map(constantsOf)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, constantsOf(part)]))
}
