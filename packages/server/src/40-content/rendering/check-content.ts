import type { Content, Overrides, ProblemPlace } from '@carillon/contract'
import { findTexts, type Text } from './find-texts.ts'
import {
  createScope,
  isHtmlAt,
  parseTemplate,
  renderTemplate,
  rootsOf,
  type Scope,
  sentenceOf,
  type Template,
} from './liquid.ts'

/** Characters of Liquid in all texts together: what is checked while somebody waits must end soon. */
const maxLiquidLength = 200_000
const maxLocales = 200
const maxProblems = 50

const roots = new Set(['user', 'app', 'message', 'variables', 'unsubscribe_url', 'pass_url'])

/**
 * What makes this content unfit for everybody: syntax, unknown filters and names, and, as far as it is known
 * before there is a person, values that are missing. With `variables` given, they are looked up too.
 */
export function checkContent(
  content: Content,
  overrides: Overrides = {},
  variables?: Readonly<Record<string, unknown>>,
): ProblemPlace[] {
  const texts = findTexts(content, overrides)
  const whole = checkWhole(content, overrides, texts)
  if (whole) return [whole]
  // One scope, so that all texts share one allowance of work.
  const scope = createScope({ app: { id: 'id', name: 'name' }, ...(variables && { variables }) })
  return texts.flatMap((text) => checkText(text, scope)).slice(0, maxProblems)
}

function checkWhole(content: Content, overrides: Overrides, texts: readonly Text[]): ProblemPlace | null {
  if (isEmpty(content, overrides)) {
    const detail = 'There is nothing to show: give a title or a body, or say silent.'
    return { pointer: '/content', code: 'empty', detail }
  }
  if (Object.keys(content.locales ?? {}).length > maxLocales) {
    return { pointer: '/content/locales', code: 'too_many', detail: `At most ${maxLocales} languages.` }
  }
  const length = texts.reduce((sum, { text }) => sum + text.length, 0)
  if (length <= maxLiquidLength) return null
  const detail = `All texts with Liquid together may have ${maxLiquidLength} characters; these have ${length}.`
  return { pointer: '/content', code: 'too_long', detail }
}

/** Overrides can stand alone: a badge, a raw notification, texts that the app translates itself. */
function isEmpty({ silent, ...content }: Content, overrides: Overrides): boolean {
  if (silent || Object.keys(overrides).length > 0) return false
  return ![content, ...Object.values(content.locales ?? {})].some(({ title, body }) => title || body)
}

function checkText({ text, pointer }: Text, scope: Scope): ProblemPlace[] {
  try {
    const template = parseTemplate(text, { isHtml: isHtmlAt(pointer) })
    const unknown = rootsOf(template).filter((root) => !roots.has(root))
    if (unknown.length > 0) return unknown.map((root) => unknownName(root, pointer))
    return tryOut(template, pointer, scope)
  } catch (error) {
    return [{ pointer, code: 'syntax', detail: sentenceOf(error) }]
  }
}

function unknownName(root: string, pointer: string): ProblemPlace {
  const detail = `${root} is not known here; there are user, app, message and variables, as in user.${root}.`
  return { pointer, code: 'unknown_variable', detail }
}

/** Renders, in earnest, the parts that read nothing but what is known already. */
function tryOut(template: Template[], pointer: string, scope: Scope): ProblemPlace[] {
  const known = template.filter((node) => rootsOf([node]).every((root) => root in scope.names))
  try {
    renderTemplate(known, scope)
    return []
  } catch (error) {
    return [{ pointer, code: 'render_error', detail: sentenceOf(error) }]
  }
}
