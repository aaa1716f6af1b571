import type { InboundKind } from '@carillon/contract'

const stopWords = [
  'STOP',
  'STOPALL',
  'STOP ALL',
  'UNSUBSCRIBE',
  'CANCEL',
  'END',
  'QUIT',
  'REVOKE',
  'OPTOUT',
  'REMOVE',
  'ARRET',
  'TD',
]
const startWords = ['START', 'UNSTOP', 'YES', 'SUBSCRIBE']
const helpWords = ['HELP', 'INFO']

const kinds = new Map<string, InboundKind>([
  ...stopWords.map((word) => [word, 'stop'] as const),
  ...startWords.map((word) => [word, 'start'] as const),
  ...helpWords.map((word) => [word, 'help'] as const),
])

/**
 * What a text asks for, if it is one of the words and nothing else; case, accents and punctuation do not count, so
 * `opt-out` is OPTOUT. Anything longer is for people to read: "please stop" is not guessed at.
 */
export function kindOfText(text: string): InboundKind {
  const word = text
    .normalize('NFKD')
    .replace(/[\p{M}\p{P}\p{S}\p{C}]/gu, (character) => (/\s/.test(character) ? ' ' : ''))
    .trim()
    .replace(/\s+/g, ' ')
    .toUpperCase()
  return kinds.get(word) ?? 'other'
}
