import type { Content, Overrides } from '@carillon/contract'
import { findTexts } from './find-texts.ts'
import { parseTemplate, pathsOf, sentenceOf } from './liquid.ts'
import type { Person } from './render.ts'

const wellKnown: Readonly<Record<string, string>> = {
  first_name: 'Alex',
  last_name: 'Morgan',
  name: 'Alex Morgan',
  email: 'alex@example.com',
  mobile: '+1 202 555 0134',
  phone: '+1 202 555 0134',
  city: 'Lisbon',
  country: 'PT',
}

/** Somebody who has whatever the content asks for: `[plan]` stands where a real person's plan would. */
export function samplePerson(content: Content, overrides: Overrides, locale: string | null): Person {
  const paths = findTexts(content, overrides).flatMap(({ text }) => userPathsOf(text))
  const attributes = paths.map(([name = '']) => [name, wellKnown[name] ?? `[${name}]`])
  const identifiers = paths.flatMap(([name, key]) =>
    name === 'identifiers' && key ? [[key, `[${key}]`]] : [],
  )
  return {
    id: '00000000-0000-7000-8000-000000000000',
    attributes: Object.fromEntries(attributes),
    identifiers: Object.fromEntries(identifiers),
    locale: locale ?? content.default_locale ?? 'en',
    timezone: 'UTC',
  }
}

/** None of a text that cannot be parsed: its problem is reported elsewhere. */
function userPathsOf(text: string): string[][] {
  try {
    return pathsOf(parseTemplate(text, { isHtml: true }), 'user')
  } catch (error) {
    sentenceOf(error)
    return []
  }
}
