import type { Content, Overrides, Platform } from '@carillon/contract'
import type { RenderedContent } from '../../11-channels/channel.ts'
import type { LocaleChoice } from './choose-locale.ts'
import { compileJson } from './compile-json.ts'
import type { Compiled } from './compile-text.ts'
import { hasLiquid } from './liquid.ts'
import { createChoosers } from './own-texts.ts'
import { joinFields, selectFields } from './select-fields.ts'

/** The content for one platform and language. */
export interface Variant {
  /** The language of the texts, as its author wrote it; null when they name none. */
  locale: string | null
  content: Compiled<RenderedContent>
}

/** Content of one message, parsed once for all its recipients. */
export interface CompiledContent {
  /** All recipients on the same platform with the same language get the same content. */
  isConstant: boolean
  /** Some text may name `pass_url`, which takes looking up. */
  namesPassUrl: boolean
  /** `wanted` is the language of the device or person, any tag they may have sent. */
  variantFor(platform: Platform, wanted: string | null): Variant
  /** Switched off for this platform by `enabled: false`. */
  isDisabled(platform: Platform): boolean
}

/** Never throws: what cannot be parsed fails for the people who would get it. `checkContent` finds it earlier. */
export function compileContent(content: Content, overrides: Overrides = {}): CompiledContent {
  const chooserOf = createChoosers(content, overrides)
  const variants = new Map<string, Variant>()
  const parts = new Map<string, Compiled<unknown>>()

  const compileAt = (pointer: string, value: unknown) => {
    const part = parts.get(pointer) ?? compileJson(value, pointer)
    parts.set(pointer, part)
    return part
  }
  const compileVariant = (platform: Platform, { locale, sources }: LocaleChoice): Variant => {
    const fields = selectFields(content, overrides, platform, sources)
    const compiled = fields.map(({ name, value, pointer }) => [name, compileAt(pointer, value)] as const)
    return { locale, content: compileFields(content.silent ?? false, compiled) }
  }

  const whole = JSON.stringify([content, overrides])
  return {
    isConstant: !hasLiquid(whole),
    namesPassUrl: whole.includes('pass_url'),
    isDisabled: (platform) => overrides[platform]?.enabled === false,
    variantFor: (platform, wanted) => {
      const choice = chooserOf(platform)(wanted)
      const key = [platform, ...choice.sources.map(({ pointer }) => pointer)].join(' ')
      const variant = variants.get(key) ?? compileVariant(platform, choice)
      variants.set(key, variant)
      return variant
    },
  }
}

function compileFields(
  silent: boolean,
  fields: readonly (readonly [string, Compiled<unknown>])[],
): Compiled<RenderedContent> {
  const constants = fields.flatMap(([name, part]) => (part.constant ? [[name, part.value] as const] : []))
  if (constants.length === fields.length) return { constant: true, value: joinFields(silent, constants) }
  return {
    constant: false,
    render: (scope) =>
      joinFields(
        silent,
        fields.map(([name, part]) => [name, part.constant ? part.value : part.render(scope)]),
      ),
  }
}
