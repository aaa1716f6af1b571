import type { Channel, ConsentModel, Topic } from '@carillon/contract'

/** What a consent is asked of. */
export type ConsentRule = Pick<Topic, 'name' | 'purpose' | 'model' | 'channels'>

/** What a person said: `news`, or for one channel `news:email`. */
export type Consents = Readonly<Record<string, 'granted' | 'denied' | undefined>>

/**
 * Whether a topic may be sent to a person by a channel; a few words if not. A denial of the topic or its purpose
 * stands, be it for all channels or for this one. Beyond that an `opt_in` topic asks for a grant of itself.
 */
export function refuseConsent(
  { name, purpose, model, channels }: ConsentRule,
  channel: Channel,
  consents: Consents,
): string | null {
  const byChannel = `${name}:${channel}`
  if (channels && !channels.includes(channel)) return `${name} does not go by ${channel}`
  for (const key of [name, byChannel, purpose, `${purpose}:${channel}`])
    if (ownConsent(consents, key) === 'denied') return `${key} is denied`
  if (model === 'opt_out') return null
  const isGranted = [name, byChannel].some((key) => ownConsent(consents, key) === 'granted')
  return isGranted ? null : `${name} was never granted`
}

/** Consents have names of people's choice, `constructor` among them. */
function ownConsent(consents: Consents, key: string): 'granted' | 'denied' | undefined {
  return Object.hasOwn(consents, key) ? consents[key] : undefined
}

/** There without a row. */
export const builtInTopics = ['marketing', 'transactional'] as const

export function builtInTopic(name: (typeof builtInTopics)[number]): Topic {
  const title = name === 'marketing' ? 'Marketing' : 'About your account and orders'
  return { name, title, description: null, purpose: name, model: 'opt_out', channels: null, built_in: true }
}

/** Of a topic that was deleted after a message named it: what people granted by its name still counts. */
export function deletedTopic(name: string): ConsentRule {
  const model: ConsentModel = 'opt_in'
  return { name, purpose: 'marketing', model, channels: null }
}
