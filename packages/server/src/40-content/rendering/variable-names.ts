import type { Content, Overrides } from '@carillon/contract'
import { findTexts } from './find-texts.ts'
import { parseTemplate, pathsOf, sentenceOf } from './liquid.ts'

/** The variables that content reads, and where: of `{{ variables.order.id }}` it is `order`. */
export function variableNames(
  content: Content,
  overrides: Overrides = {},
): { name: string; pointer: string }[] {
  return findTexts(content, overrides).flatMap(({ text, pointer }) =>
    namesIn(text).map((name) => ({ name, pointer })),
  )
}

/** None of a text that cannot be parsed: `checkContent` tells of it. */
function namesIn(text: string): string[] {
  try {
    const paths = pathsOf(parseTemplate(text, { isHtml: true }), 'variables')
    return [...new Set(paths.flatMap(([name]) => (name === undefined ? [] : [name])))]
  } catch (error) {
    sentenceOf(error)
    return []
  }
}
