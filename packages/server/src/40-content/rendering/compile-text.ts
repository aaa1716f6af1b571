import { escapeHtml } from '../../11-channels/email/html-text.ts'
import { hasLiquid, isHtmlAt, parseTemplate, renderTemplate, type Scope, sentenceOf } from './liquid.ts'
import { quickText } from './quick-text.ts'

/** A value that is the same for everybody, or made for each. `render` throws `RenderFailure` alone. */
export type Compiled<T> = { constant: true; value: T } | { constant: false; render: (scope: Scope) => T }

/** Why a text has no value for one person, and where it stands in the request. */
export class RenderFailure extends Error {
  readonly pointer: string

  constructor(pointer: string, detail: string) {
    super(detail)
    this.pointer = pointer
  }
}

/** Parses once. A text that cannot be parsed fails when it is rendered, not here. */
export function compileText(text: string, pointer: string): Compiled<string> {
  if (!hasLiquid(text)) return { constant: true, value: text }
  const render = parsed(text, pointer)
  const quick = quickText(text, isHtmlAt(pointer) ? escapeHtml : undefined)
  if (!quick) return { constant: false, render }
  return { constant: false, render: (scope) => quick(scope.names) ?? render(scope) }
}

function parsed(text: string, pointer: string): (scope: Scope) => string {
  const template = attempt(pointer, () => parseTemplate(text, { isHtml: isHtmlAt(pointer) }))
  if (template instanceof RenderFailure) {
    return () => {
      throw template
    }
  }
  return (scope) => {
    const rendered = attempt(pointer, () => renderTemplate(template, scope))
    if (rendered instanceof RenderFailure) throw rendered
    return rendered
  }
}

function attempt<T>(pointer: string, step: () => T): T | RenderFailure {
  try {
    return step()
  } catch (error) {
    return new RenderFailure(pointer, sentenceOf(error))
  }
}
