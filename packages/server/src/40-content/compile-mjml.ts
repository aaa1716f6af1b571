import type { EmailOverrides, Overrides, ProblemPlace } from '@carillon/contract'
import { Problem, type Route, sha256 } from '../00-kernel/index.ts'

/** What MJML was made into, or why it could not be. */
type Made = { html: string } | { problems: Omit<ProblemPlace, 'pointer'>[] }

/** What a message is made of may come again and again, from an event or a campaign. */
const remembered = new Map<string, Made>()
const mostRemembered = 50

/**
 * Routes whose bodies carry content: what they handle has its MJML made into HTML, wherever overrides stand in it.
 * Throws Problem('invalid_content').
 */
export function withMarkup(routes: readonly Route[]): Route[] {
  return routes.map((route) => {
    if (route.kind === 'read' || route.kind === 'stream') return route
    const handle = async (call: { body: unknown }) => {
      const problems: ProblemPlace[] = []
      const body = await compileWithin(call.body, '', problems)
      if (problems.length > 0) throw new Problem('invalid_content', { errors: problems })
      return route.handle({ ...call, body } as never)
    }
    return { ...route, handle } as Route
  })
}

/** Where overrides may stand below: not in data or variables, which are the caller's own. */
const holders = new Set(['messages', 'experiment', 'variants', 'definitions'])

async function compileWithin(value: unknown, pointer: string, problems: ProblemPlace[]): Promise<unknown> {
  if (typeof value !== 'object' || value === null) return value
  const compilePart = async ([key, part]: [string, unknown]): Promise<[string, unknown]> => {
    const place = `${pointer}/${key}`
    if (Array.isArray(value) || holders.has(key)) return [key, await compileWithin(part, place, problems)]
    if (key !== 'overrides' || typeof part !== 'object' || part === null) return [key, part]
    const made = await compileMarkup(part)
    problems.push(...made.problems.map((problem) => ({ ...problem, pointer: pointer + problem.pointer })))
    return [key, made.overrides]
  }
  const parts = await Promise.all(Object.entries(value).map(compilePart))
  return Array.isArray(value) ? parts.map(([, part]) => part) : Object.fromEntries(parts)
}

/**
 * Makes the MJML of an email into HTML, once: what is stored holds both, and rendering knows HTML alone. Liquid
 * passes through untouched.
 */
export async function compileMarkup(
  overrides: Overrides,
): Promise<{ overrides: Overrides; problems: ProblemPlace[] }> {
  const { email } = overrides
  if (!email) return { overrides, problems: [] }
  const problems: ProblemPlace[] = []
  const make = async <T extends Pick<EmailOverrides, 'html' | 'mjml'>>(texts: T, pointer: string) => {
    if (texts.mjml === undefined) return texts
    const made = await htmlOf(texts.mjml)
    if ('html' in made) return { ...texts, html: made.html }
    problems.push(...made.problems.map((problem) => ({ pointer: `${pointer}/mjml`, ...problem })))
    const { html: _old, ...rest } = texts
    return rest as T
  }
  const whole = await make(email, '/overrides/email')
  const locales = await Promise.all(
    Object.entries(email.locales ?? {}).map(
      async ([key, texts]) => [key, await make(texts, `/overrides/email/locales/${key}`)] as const,
    ),
  )
  const compiled = { ...whole, ...(email.locales && { locales: Object.fromEntries(locales) }) }
  return { overrides: { ...overrides, email: compiled }, problems }
}

async function htmlOf(mjml: string): Promise<Made> {
  const key = sha256(mjml).toString('base64')
  const made = remembered.get(key) ?? (await compile(mjml))
  remembered.delete(key)
  remembered.set(key, made)
  if (remembered.size > mostRemembered) remembered.delete(remembered.keys().next().value as string)
  return made
}

/** Tags that would read other files; the compiler is told not to follow them either. */
const include = /<mj-include\b/i

async function compile(mjml: string): Promise<Made> {
  const found = include.exec(mjml)
  if (found) {
    const line = lineOf(mjml, found.index)
    return {
      problems: [{ code: 'mjml', detail: `line ${line}: mj-include is not taken; put its content here.` }],
    }
  }
  // A third of a second and many megabytes, so only for those who use it.
  const { default: toHtml } = await import('mjml')
  try {
    const { html, errors } = await toHtml(mjml, options)
    if (errors.length === 0) return { html }
    return {
      problems: errors.slice(0, 20).map(({ line, tagName, message }) => ({
        code: 'mjml',
        detail: `line ${line} (${tagName}): ${message}`,
      })),
    }
  } catch (error) {
    // The compiler throws plain errors for what it cannot read, and a RangeError for tags without end.
    return { problems: [{ code: 'mjml', detail: `line 1: ${(error as Error).message}` }] }
  }
}

/** No fonts from elsewhere: they would tell a third party who reads. */
const options = { validationLevel: 'soft', ignoreIncludes: true, keepComments: false, fonts: {} } as const

function lineOf(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}
