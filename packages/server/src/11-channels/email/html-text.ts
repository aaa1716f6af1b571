/**
 * The text of an email made from its HTML, for programs that show none: words, lines and where links lead. One walk
 * over the tags, so that no HTML takes long.
 */
export function textOfHtml(html: string): string {
  const out: string[] = []
  let link: { href: string; from: number } | null = null
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    const end = open === -1 ? html.length : open
    if (end > at) out.push(html.slice(at, end).replace(/\s+/g, ' '))
    if (open === -1) break
    const tag = tagAt(html, open)
    at = tag.end
    if (tag.name === 'a') link = { href: attributeOf(tag.text, 'href'), from: out.length }
    else if (tag.name === '/a' && link) {
      out.push(linkEnd(link.href, out.slice(link.from).join('')))
      link = null
    } else if (tag.name === 'img') out.push(attributeOf(tag.text, 'alt'))
    else if (skipped.has(tag.name)) at = endOf(html, tag.name, at)
    else out.push(breaks[tag.name] ?? '')
  }
  return tidied(decodeEntities(out.join('')))
}

/** What these hold is nobody's to read. */
const skipped = new Set(['head', 'style', 'script', 'title'])

const breaks: Readonly<Record<string, string>> = {
  br: '\n',
  hr: '\n',
  li: '\n- ',
  ...Object.fromEntries(
    ['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6'].flatMap((name) => [
      [name, '\n'],
      [`/${name}`, '\n'],
    ]),
  ),
  ...Object.fromEntries(['/div', '/tr', '/table', '/ul', '/ol'].map((name) => [name, '\n'])),
}

interface Tag {
  /** In lower case, with the slash of an end tag; empty for a comment. */
  name: string
  text: string
  end: number
}

/** The longest tag that is read, in characters: what is longer is none. */
const longestTag = 10_000

/** What begins at this `<`. */
export function tagAt(html: string, open: number): Tag {
  if (html.startsWith('<!--', open)) {
    const close = html.indexOf('-->', open)
    return { name: '', text: '', end: close === -1 ? html.length : close + 3 }
  }
  const text = html.slice(open, open + longestTag)
  const close = text.indexOf('>')
  const whole = close === -1 ? text : text.slice(0, close + 1)
  const name = /^<(\/?[a-z][a-z0-9]*)/i.exec(whole)?.[1]?.toLowerCase() ?? ''
  return { name, text: whole, end: open + whole.length }
}

function endOf(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}\\s*>`, 'gi')
  end.lastIndex = from
  return end.exec(html) ? end.lastIndex : html.length
}

function attributeOf(tag: string, name: string): string {
  const [, double, single] = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'i').exec(tag) ?? []
  return (double ?? single ?? '').trim()
}

/** Where a link leads, after its words. */
function linkEnd(href: string, words: string): string {
  if (href === '' || href.startsWith('#') || words.trim() === href) return ''
  return words.trim() === '' ? href : ` (${href})`
}

function tidied(text: string): string {
  const lines = text.split('\n').map((line) => line.replace(/[ \t\u00a0]+/g, ' ').trim())
  return lines
    .join('\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim()
}

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  copy: '©',
  reg: '®',
  trade: '™',
  euro: '€',
  hellip: '…',
  ndash: '–',
  mdash: '—',
  lsquo: '‘',
  rsquo: '’',
  ldquo: '“',
  rdquo: '”',
  bull: '•',
  middot: '·',
  laquo: '«',
  raquo: '»',
  shy: '',
  zwnj: '',
}

/** One pass, so that `&amp;lt;` stays the text `&lt;`. */
export function decodeEntities(text: string): string {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|([a-z]+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return named[name.toLowerCase()] ?? whole
    const point = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16)
    const isText = point > 31 && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)
    return isText ? String.fromCodePoint(point) : ' '
  })
}

/** Text that is safe in HTML, in content and in quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

const hidden =
  'display:none;font-size:1px;line-height:1px;max-height:0;max-width:0;opacity:0;overflow:hidden;mso-hide:all'

/** Puts the preheader where mail programs look for it: first in the body, and unseen there. */
export function withPreheader(html: string, preheader: string): string {
  const block = `<div style="${hidden}">${escapeHtml(preheader)}</div>`
  const body = /<body\b[^>]*>/i.exec(html)
  if (!body) return block + html
  const at = body.index + body[0].length
  return html.slice(0, at) + block + html.slice(at)
}
