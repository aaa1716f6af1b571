import type { ExcludedReason, Platform } from '@carillon/contract'
import type { DeliveryOptions, RenderedContent, WirePayload } from '../11-channels/channel.ts'
import {
  buildPayload,
  type CompiledContent,
  type Person,
  type RenderError,
  renderContent,
  type Surroundings,
} from '../40-content/rendering/index.ts'

/** One device, the person behind it if there is one, and the message. */
export interface Recipient extends Surroundings {
  platform: Platform
  /** Where the person fetches their Wallet pass, if they have one. */
  passUrl?: string
  target: {
    /** The language of the device; the person's own stands in when it is null. */
    locale: string | null
    user_id: string | null
    user: Omit<Person, 'id'> | null
  }
}

export interface Personalised {
  wire: WirePayload
  rendered: RenderedContent
  /** The language of the texts, as their author wrote it; null when they name none. */
  locale: string | null
}

/** Nothing is sent to this device, and why. What was made before the refusal is there for a preview. */
export interface NotPersonalised {
  excluded: Extract<ExcludedReason, 'render_error' | 'payload_too_large' | 'not_applicable'>
  /** A sentence for the record of the delivery. */
  detail: string
  place: RenderError
  rendered?: RenderedContent
  wire?: WirePayload
}

/** Content, person and device become what goes on the wire; pure, and the same on every attempt. */
export function personalise(
  compiled: CompiledContent,
  recipient: Recipient,
  options: DeliveryOptions,
): Personalised | NotPersonalised {
  const { platform, target } = recipient
  if (compiled.isDisabled(platform)) {
    const detail = `${platform} is switched off in this message.`
    return {
      excluded: 'not_applicable',
      detail,
      place: { pointer: `/overrides/${platform}/enabled`, detail },
    }
  }
  const wanted = wantedLocale(target)
  const { unsubscribeUrl } = options
  const input = { ...recipient, user: personOf(target), locale: wanted, unsubscribeUrl }
  const rendered = renderContent(compiled, input)
  if ('error' in rendered) {
    const { pointer, detail } = rendered.error
    return { excluded: 'render_error', detail: `${pointer}: ${detail}`, place: rendered.error }
  }
  const wire = buildPayload[platform](rendered, options)
  if ('unbuildable' in wire) {
    const { unbuildable: excluded, detail } = wire
    return { excluded, detail, place: { pointer: '/content', detail }, rendered }
  }
  if (wire.sizeBytes > wire.limitBytes) return tooLarge(wire, rendered)
  return { wire, rendered, locale: compiled.variantFor(platform, wanted).locale }
}

/** The language that a device asks for, or the person behind it. */
export function wantedLocale({ locale, user }: Recipient['target']): string | null {
  return locale ?? user?.locale ?? null
}

function personOf({ user_id: id, user }: Recipient['target']): Person | null {
  return id !== null && user ? { ...user, id } : null
}

function tooLarge(wire: WirePayload, rendered: RenderedContent): NotPersonalised {
  const detail = wire.size ?? `The payload has ${wire.sizeBytes} bytes, ${wire.limitBytes} are allowed.`
  return { excluded: 'payload_too_large', detail, place: { pointer: '/content', detail }, rendered, wire }
}
