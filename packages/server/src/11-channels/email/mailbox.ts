/** RFC 5321, section 4.5.3.1: 64 octets before the @, 254 in all. */
const local = /^[^\s@<>()[\]\\,;:"\p{C}]{1,64}$/u
const domainName = /^(?=.{1,253}$)([\p{L}\p{N}]([\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u

export function isDomain(text: string): boolean {
  return domainName.test(text)
}

/** An address as people have one: no quotes, no comments, no list. */
export function isEmailAddress(text: string): boolean {
  const at = text.lastIndexOf('@')
  const name = text.slice(0, at)
  const isDotted = name.startsWith('.') || name.endsWith('.') || name.includes('..')
  return text.length <= 254 && at > 0 && !isDotted && local.test(name) && isDomain(text.slice(at + 1))
}

export interface Mailbox {
  name: string
  address: string
}

/** `Name <address>` or an address alone; null when it is neither. */
export function parseMailbox(text: string): Mailbox | null {
  const [, quoted, bare = '', inBrackets] = /^(?:"([^"]*)"|([^<>"]*))<([^<>]+)>$/.exec(text.trim()) ?? []
  const mailbox = inBrackets
    ? { name: (quoted ?? bare).trim(), address: inBrackets.trim() }
    : { name: '', address: text.trim() }
  return isEmailAddress(mailbox.address) ? mailbox : null
}

export function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}
