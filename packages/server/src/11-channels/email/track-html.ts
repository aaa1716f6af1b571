import { decodeEntities, escapeHtml, tagAt } from './html-text.ts'

const href = /(\shref\s*=\s*)(?:"([^"]*)"|'([^']*)')/i
const isLeftAlone = /\sdata-track\s*=\s*["']?off\b/i

/**
 * Leads the web links of an email elsewhere, in one walk over the tags. Links within the page and to programs stay as
 * they are, and so does one that says `data-track="off"`.
 */
export function withLinks(html: string, lead: (url: string) => string): string {
  const out: string[] = []
  let at = 0
  for (let open = html.indexOf('<'); open !== -1; open = html.indexOf('<', at)) {
    const tag = tagAt(html, open)
    const isLink = (tag.name === 'a' || tag.name === 'area') && tag.text.endsWith('>')
    const leads = isLink && !isLeftAlone.test(tag.text)
    out.push(html.slice(at, open), leads ? led(tag.text, lead) : html.slice(open, tag.end))
    at = tag.end
  }
  return out.join('') + html.slice(at)
}

function led(tag: string, lead: (url: string) => string): string {
  return tag.replace(href, (whole, before: string, double?: string, single?: string) => {
    const url = decodeEntities((double ?? single ?? '').trim())
    return /^https?:\/\//i.test(url) && URL.canParse(url) ? `${before}"${escapeHtml(lead(url))}"` : whole
  })
}

/** Last in the body, where it moves nothing. */
export function withPixel(html: string, src: string): string {
  const pixel = `<img src="${escapeHtml(src)}" width="1" height="1" alt="" style="border:0">`
  const end = html.toLowerCase().lastIndexOf('</body>')
  return end === -1 ? html + pixel : html.slice(0, end) + pixel + html.slice(end)
}
