import type { Cap, Topic } from '@carillon/contract'
import { channelNames } from '../channels.tsx'
import { counted } from '../format.ts'

/** `2 messages within 24 hours`, `1 message a week`. */
export function capWords({ limit, window }: Pick<Cap, 'limit' | 'window'>): string {
  const messages = counted(limit, 'message')
  if (window.kind === 'calendar') return `${messages} a ${window.unit}`
  return `${messages} within ${counted(window.length, window.unit.slice(0, -1))}`
}

/** What a cap counts. */
export function scopeWords({ scope }: Pick<Cap, 'scope'>): string {
  switch (scope.kind) {
    case 'all':
      return 'All messages'
    case 'channel':
      return channelNames[scope.channel].name
    case 'tag':
      return `Tagged ${scope.tag}`
  }
}

export function modelWords(model: Topic['model']): string {
  return model === 'opt_in' ? 'Only who agreed' : 'Unless refused'
}

export function channelsWords(channels: Topic['channels']): string {
  return channels ? channels.map((channel) => channelNames[channel].name).join(', ') : 'All'
}
