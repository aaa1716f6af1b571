export type Attributes = Readonly<Record<string, string | number | undefined>>

/** An element; attributes that are undefined are left out. `children` are XML already: see `escapeXml`. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const pairs = Object.entries(attributes).filter(([, value]) => value !== undefined)
  const head = pairs.map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`).join('')
  const inner = children.join('')
  return inner === '' ? `<${name}${head}/>` : `<${name}${head}>${inner}</${name}>`
}

/** Text that is safe in content and in attributes. What XML 1.0 (section 2.2) cannot carry at all is left out. */
export function escapeXml(text: string): string {
  return text
    .toWellFormed()
    .replace(forbidden, '')
    .replace(/[&<>"'\t\n\r]/g, (character) => entities[character] ?? character)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

/** White space too: in attributes a parser would turn it into spaces. */
const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
}
