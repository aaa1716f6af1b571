import { AssertionError, assert, type Context, LiquidError, type Template, TypeGuards } from 'liquidjs'
import { createEngine, StrictContext } from './engine.ts'
import { MissingValue } from './strict-values.ts'

/** Holds no state of a message or person. */
const liquid = createEngine()
const htmlLiquid = createEngine({ isHtml: true })

/** Longest text that is parsed, in UTF-16 units. */
const maxTemplateLength = 20_000
const maxHtmlLength = 200_000

/** What a template may name. */
export interface Names {
  user: Readonly<Record<string, unknown>>
  app: Readonly<Record<string, unknown>>
  message: Readonly<Record<string, unknown>>
  variables: Readonly<Record<string, unknown>>
  /** In marketing emails alone. */
  unsubscribe_url?: string
  /** Where this person fetches their Wallet pass of the app; nobody has it before the pass is issued. */
  pass_url?: string
}

/** One person's rendering: the names, and the work that all texts share. */
export interface Scope {
  names: Partial<Names>
  /** A fresh one for each text. */
  createContext: () => Context
}

export type { Template }

export function hasLiquid(text: string): boolean {
  return text.includes('{{') || text.includes('{%')
}

/** Throws what `sentenceOf` puts into words. What is parsed as HTML escapes its outputs. */
export function parseTemplate(text: string, { isHtml = false } = {}): Template[] {
  const most = isHtml ? maxHtmlLength : maxTemplateLength
  assert(text.length <= most, `A text with Liquid may have ${most} characters; this has ${text.length}.`)
  return (isHtml ? htmlLiquid : liquid).parse(text)
}

/** Whether the text at this place of a message is HTML. */
export function isHtmlAt(pointer: string): boolean {
  return /^\/overrides\/email(\/locales\/[^/]+)?\/html$/.test(pointer)
}

export function createScope(names: Partial<Names>): Scope {
  let first: Context | undefined
  const createContext = () => {
    // A copy, because `increment` writes into it.
    const limits = { memoryLimit: first?.memoryLimit, renderLimit: first?.renderLimit }
    const context = new StrictContext({ ...names }, liquid.options, { sync: true }, { ...limits, liquid })
    first ??= context
    return context
  }
  return { names, createContext }
}

/** Throws what `sentenceOf` puts into words. */
export function renderTemplate(template: Template[], scope: Scope): string {
  const text: string = liquid.renderSync(template, scope.createContext())
  // `split` and `slice` can cut an emoji in half; providers refuse that.
  return text.toWellFormed()
}

/** The names outside `template` that it reads, such as `user` or a misspelt `usr`. */
export function rootsOf(template: Template[]): string[] {
  return Object.keys(liquid.analyzeSync(template, { partials: false }).globals)
}

/** The paths under `root` that it reads: `[['first_name'], ['identifiers', 'crm']]` under `user`. */
export function pathsOf(template: Template[], root: keyof Names): string[][] {
  const variables = liquid.analyzeSync(template, { partials: false }).globals[root] ?? []
  return variables.map(({ segments }) => segments.slice(1).map(String))
}

/** What stands outside all tags and is therefore shown to everybody. */
export function constantPart(template: Template[]): string {
  const fixed = template.filter(({ token }) => TypeGuards.isHTMLToken(token))
  return renderTemplate(fixed, createScope({}))
}

/** Why a text could not be parsed or rendered, with the place. What is not the text's fault is thrown again. */
export function sentenceOf(error: unknown): string {
  // A RangeError is a stack overflow: braces in braces in braces.
  if (error instanceof AssertionError || error instanceof RangeError) return error.message
  if (!LiquidError.is(error)) throw error
  if (!(error.originalError instanceof MissingValue)) return error.message
  const [line, column] = error.token.getPosition()
  return `${error.token.getText()} has no value here and no default, line:${line}, col:${column}`
}
