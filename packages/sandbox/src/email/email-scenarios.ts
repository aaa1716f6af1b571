/**
 * How an address behaves; its local part says it, by itself or after a plus: `bounce@example.com`,
 * `anna+full@example.com`, `greylist2@example.com`. Any other address takes everything.
 */
export const emailScenarios = [
  'ok',
  'bounce',
  'moved',
  'nullmx',
  'full',
  'full_always',
  'greylist',
  'busy',
  'policy',
  'spam',
  'slow',
  'drop',
] as const
export type EmailScenario = (typeof emailScenarios)[number]

export function scenarioOf(address: string): EmailScenario {
  const name = address.slice(0, address.lastIndexOf('@')).toLowerCase()
  const word = name.slice(name.lastIndexOf('+') + 1).replace(/[-.]?\d*$/, '')
  return emailScenarios.find((scenario) => scenario === word) ?? 'ok'
}

export interface Refusal {
  code: number
  text: string
  /** Taken at the next attempt. */
  isOnce?: boolean
}

/** What a recipient is refused with, in the words of real servers. */
export const recipientRefusals: Partial<Record<EmailScenario, Refusal>> = {
  bounce: { code: 550, text: '5.1.1 The email account that you tried to reach does not exist' },
  moved: { code: 551, text: '5.1.6 The mailbox has moved, and left no forwarding address' },
  nullmx: { code: 550, text: '5.1.10 The recipient domain takes no mail (null MX)' },
  full: { code: 452, text: '4.2.2 The mailbox is over its quota; try again later', isOnce: true },
  full_always: { code: 552, text: '5.2.2 The mailbox is full' },
  greylist: { code: 450, text: '4.2.0 Greylisted; try again in a minute', isOnce: true },
  busy: { code: 421, text: '4.7.0 Too many connections; try again later', isOnce: true },
  policy: { code: 550, text: '5.7.1 The sending address has a low reputation' },
}

/** What an email is refused with once it was read. */
export const contentRefusals: Partial<Record<EmailScenario, Refusal>> = {
  spam: { code: 554, text: '5.7.1 The message looks like spam' },
}
