import {
  type Endpoint,
  endpoints,
  excludedReasons,
  failedReasons,
  openApiDocument,
  problems,
} from '@carillon/contract'

export function openApiText(version: string): string {
  return JSON.stringify(openApiDocument(version))
}

/** The reference page: every operation, problem and reason, made from the contract. No script, no other origin. */
export function docsPage(version: string): string {
  const tags = [...new Set(endpoints.map(({ tag }) => tag))]
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Carillon API ${version}</title>
<style>
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
code { font-size: .92em } table { border-collapse: collapse; width: 100% } td { padding: .3rem .5rem .3rem 0; vertical-align: top; border-top: 1px solid #8884 }
td:first-child { white-space: nowrap }
</style></head><body>
<h1>Carillon API ${version}</h1>
<p>Every call takes <code>Authorization: Bearer &lt;key&gt;</code>. The machine-readable description, with all fields, is
<a href="/openapi.json">/openapi.json</a> (OpenAPI 3.1). Errors are problem+json (RFC 9457); every POST takes an <code>Idempotency-Key</code>.</p>
${tags.map(section).join('\n')}
<h2 id="errors">Problems</h2>
${table(Object.entries(problems).map(([code, { status, title }]) => [`<code id="${code}">${code}</code>`, `${status} ${escapeHtml(title)}`]))}
<h2 id="reasons">Why a recipient was not reached</h2>
${table(Object.entries({ ...excludedReasons, ...failedReasons }).map(([code, text]) => [`<code>${code}</code>`, escapeHtml(text)]))}
</body></html>`
}

function section(tag: string): string {
  const rows = endpoints
    .filter((endpoint) => endpoint.tag === tag)
    .map((endpoint) => [signature(endpoint), escapeHtml(endpoint.summary)] as const)
  return `<h2>${escapeHtml(tag)}</h2>\n${table(rows)}`
}

function signature({ method, path }: Endpoint): string {
  return `<code>${method} ${escapeHtml(path)}</code>`
}

function table(rows: readonly (readonly string[])[]): string {
  return `<table>${rows.map((cells) => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`).join('\n')}</table>`
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
