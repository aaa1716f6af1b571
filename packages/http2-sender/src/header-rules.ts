import type { SendRequest } from './sender.ts'

/*
 * What HTTP/2 can carry (RFC 9113, section 8.2). A line end in a value would become another header behind a proxy that
 * translates to HTTP/1.1, so nothing of the kind leaves this process.
 */

/** In lower case, and none that belongs to one connection of HTTP/1.1 (section 8.2.2). */
export function isFieldName(name: string): boolean {
  return fieldName.test(name) && !ofConnection.has(name)
}

const fieldName = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/

const ofConnection: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])

/** One byte per character, and no control characters. */
export function isFieldValue(value: string): boolean {
  return typeof value === 'string' && !forbiddenInValue.test(value)
}

const forbiddenInValue = /[^\t -~\x80-\xff]/

export function isPath(path: string): boolean {
  return path !== '' && !forbiddenInPath.test(path)
}

const forbiddenInPath = /[^!-~]/

export function isSendable({ path, shared = {}, headers }: SendRequest): boolean {
  const fields = [...Object.entries(shared), ...Object.entries(headers)]
  return (
    isPath(path) && fields.every(([name, value]) => isFieldName(name.toLowerCase()) && isFieldValue(value))
  )
}
