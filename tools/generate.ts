import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { excludedReasons, failedReasons, openApiDocument, problems, sentReasons } from '@carillon/contract'
import { z } from 'zod'
import { environmentSchema } from '../packages/server/src/00-kernel/config.ts'

/** Writes what is derived from code; with --check it only says what is out of date. */
const root = resolve(import.meta.dirname, '..')
const files: Record<string, string> = {
  'packages/contract/openapi.json': `${JSON.stringify(openApiDocument('0.1.0'), null, 2)}\n`,
  'docs/reference/errors.md': errorsPage(),
  'docs/reference/outcomes.md': outcomesPage(),
  'docs/reference/config.md': configPage(),
}

const stale = Object.entries(files).filter(
  ([path, text]) => !existsSync(resolve(root, path)) || readFileSync(resolve(root, path), 'utf8') !== text,
)
if (!process.argv.includes('--check')) {
  for (const [path, text] of stale) {
    mkdirSync(dirname(resolve(root, path)), { recursive: true })
    writeFileSync(resolve(root, path), text)
  }
} else if (stale.length > 0) {
  process.stderr.write(`Out of date, run npm run generate: ${stale.map(([path]) => path).join(', ')}\n`)
  process.exit(1)
}

function errorsPage(): string {
  const rows = Object.entries(problems).map(
    ([code, { status, title }]) => `| \`${code}\` | ${status} | ${title} |`,
  )
  return page(
    'Problems',
    'Every error is `application/problem+json` (RFC 9457) with one of these codes.',
    '| code | status | meaning |\n|---|---|---|',
    rows,
  )
}

function outcomesPage(): string {
  const rows = [
    ...Object.entries(sentReasons).map(([reason, text]) => `| sent | \`${reason}\` | ${text} |`),
    ...Object.entries(failedReasons).map(([reason, text]) => `| failed | \`${reason}\` | ${text} |`),
    ...Object.entries(excludedReasons).map(([reason, text]) => `| excluded | \`${reason}\` | ${text} |`),
  ]
  return page(
    'Outcomes',
    'Every targeted recipient ends in one outcome with one reason.',
    '| outcome | reason | meaning |\n|---|---|---|',
    rows,
  )
}

function configPage(): string {
  const rows = Object.entries(environmentSchema.shape).map(([name, schema]) => {
    const json = z.toJSONSchema(schema as z.ZodType, { io: 'input', unrepresentable: 'any' }) as {
      default?: unknown
    }
    const fallback = json.default === undefined || json.default === '' ? '' : `\`${json.default}\``
    return `| \`${name}\` | ${fallback} | ${(schema as z.ZodType).description ?? ''} |`
  })
  return page(
    'Configuration',
    'Environment variables, all optional, checked when the server starts.',
    '| name | default | meaning |\n|---|---|---|',
    rows,
  )
}

function page(title: string, intro: string, head: string, rows: string[]): string {
  return `# ${title}\n\n<!-- Written by npm run generate. -->\n\n${intro}\n\n${head}\n${rows.join('\n')}\n`
}
