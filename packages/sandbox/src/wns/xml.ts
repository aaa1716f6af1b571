export interface XmlElement {
  name: string
  attributes: Record<string, string>
  children: XmlElement[]
  /** The text directly inside, entities resolved. */
  text: string
}

const NAME = '[A-Za-z_:][\\w:.-]*'
const TOKEN = new RegExp(
  [
    '<!--(?:(?!--)[\\s\\S])*-->',
    '<\\?[\\s\\S]*?\\?>',
    '<!\\[CDATA\\[(?<cdata>[\\s\\S]*?)\\]\\]>',
    `</(?<close>${NAME})\\s*>`,
    `<(?<open>${NAME})(?<attributes>(?:\\s+${NAME}\\s*=\\s*(?:"[^<"]*"|'[^<']*'))*)\\s*(?<empty>/?)>`,
    '(?<text>[^<]+)',
  ].join('|'),
  'y',
)
const ATTRIBUTE = new RegExp(`(${NAME})\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, 'g')
const STRAY_AMPERSAND = /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);)/
const ENTITY = /&(amp|lt|gt|quot|apos|#\d+|#x[0-9a-fA-F]+);/g
const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/**
 * Reads a well-formed document; undefined where it is not one. Document types are refused, as a notification
 * has none and they are where XML becomes dangerous.
 */
export function readXml(source: string): XmlElement | undefined {
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  const tokens = new RegExp(TOKEN)
  while (tokens.lastIndex < source.length) {
    const token = tokens.exec(source)
    if (!token || !take(token.groups ?? {}, open)) return undefined
  }
  const isWhole = open.length === 1 && root.children.length === 1 && root.text.trim() === ''
  return isWhole ? root.children[0] : undefined
}

/** Takes one token into the open elements; false where it has no place there. */
function take(token: Record<string, string | undefined>, open: XmlElement[]): boolean {
  const parent = open.at(-1) as XmlElement
  if (token.close !== undefined) return open.length > 1 && open.pop()?.name === token.close
  if (token.open !== undefined) return takeElement(token.open, token, parent, open)
  if (token.text !== undefined) {
    parent.text += resolve(token.text)
    return !STRAY_AMPERSAND.test(token.text)
  }
  parent.text += token.cdata ?? ''
  return true
}

function takeElement(
  name: string,
  token: Record<string, string | undefined>,
  parent: XmlElement,
  open: XmlElement[],
) {
  const pairs = [...(token.attributes ?? '').matchAll(ATTRIBUTE)]
  const attributes: Record<string, string> = {}
  for (const [, attribute = '', double, single] of pairs) {
    const value = double ?? single ?? ''
    if (Object.hasOwn(attributes, attribute) || STRAY_AMPERSAND.test(value)) return false
    attributes[attribute] = resolve(value)
  }
  const element = { name, attributes, children: [], text: '' }
  parent.children.push(element)
  if (token.empty !== '/') open.push(element)
  return true
}

const resolve = (text: string) =>
  text.replace(ENTITY, (_, entity: string) => NAMED[entity] ?? characterOf(entity))

function characterOf(entity: string): string {
  const code = entity.startsWith('#x')
    ? Number.parseInt(entity.slice(2), 16)
    : Number.parseInt(entity.slice(1), 10)
  return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd'
}

/** Every element of this name below `element`, in document order. */
export function findAll(element: XmlElement, name: string): XmlElement[] {
  return element.children.flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...findAll(child, name),
  ])
}
