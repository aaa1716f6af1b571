import type { AttributeValue, Platform } from '@carillon/contract'
import type { RenderedContent } from '../../11-channels/channel.ts'
import type { CompiledContent } from './compile-content.ts'
import { RenderFailure } from './compile-text.ts'
import { createScope, type Names } from './liquid.ts'

/** A person as templates see them. */
export interface Person {
  id: string
  attributes: Readonly<Record<string, AttributeValue>>
  identifiers: Readonly<Record<string, string>>
  locale: string | null
  timezone: string | null
}

/** What templates may name besides the person: the same for all recipients of a message. */
export interface Surroundings {
  app: { id: string; name: string }
  message: { id: string; metadata: Readonly<Record<string, string>> }
  variables: Readonly<Record<string, unknown>>
}

export interface RenderInput extends Surroundings {
  platform: Platform
  /** Null for a device that belongs to nobody we know. */
  user: Person | null
  /** The language to render in, if one is known. */
  locale: string | null
  unsubscribeUrl?: string
  passUrl?: string
}

export interface RenderError {
  /** JSON pointer (RFC 6901) into the message: `/content/locales/fr/title`. */
  pointer: string
  detail: string
}

/**
 * The content for one person on one platform, or the first text that has no value for them: a missing variable
 * without a default is never shown as a blank. Content without Liquid is the same object each time.
 */
export function renderContent(
  compiled: CompiledContent,
  input: RenderInput,
): RenderedContent | { error: RenderError } {
  const { content } = compiled.variantFor(input.platform, input.locale)
  if (content.constant) return content.value
  try {
    return content.render(createScope(namesOf(input)))
  } catch (error) {
    if (error instanceof RenderFailure) return { error: { pointer: error.pointer, detail: error.message } }
    throw error
  }
}

/** Attributes stand at the top level, `user.first_name`; the fixed names beside them win. Nothing else is shown. */
function namesOf({ user, app, message, variables, unsubscribeUrl, passUrl }: RenderInput): Names {
  return {
    user: user ? namesOfPerson(user) : {},
    app: { id: app.id, name: app.name },
    message: { id: message.id, metadata: message.metadata },
    variables,
    ...(unsubscribeUrl === undefined ? {} : { unsubscribe_url: unsubscribeUrl }),
    ...(passUrl === undefined ? {} : { pass_url: passUrl }),
  }
}

function namesOfPerson({ id, attributes, identifiers, locale, timezone }: Person): Names['user'] {
  return { ...attributes, id, identifiers, locale, timezone }
}
