import type { OwnTexts } from './own-texts.ts'
import type { Field } from './select-fields.ts'

/** HTML and text say the same, so both come from one language; what is not for a language comes from the last. */
const together = ['html', 'text'] as const
const byThemselves = [
  'subject',
  'preheader',
  'from_name',
  'reply_to',
  'headers',
  'attachments',
  'track_clicks',
  'track_opens',
] as const

/** The parts of an email, each from the best language that has it. */
export function emailFields(own: readonly OwnTexts[]): Field[] {
  const written = own.find(({ texts }) => together.some((key) => texts[key] !== undefined))
  const single = byThemselves.flatMap((key) => {
    const source = own.find(({ texts }) => texts[key] !== undefined)
    return source ? [fieldOf(source, key)] : []
  })
  const whole = together.flatMap((key) => (written?.texts[key] === undefined ? [] : [fieldOf(written, key)]))
  return [...single, ...whole]
}

function fieldOf({ texts, pointer }: OwnTexts, key: string): Field {
  return { name: `email/${key}`, value: texts[key], pointer: `${pointer}/${key}` }
}
