import { isIP } from 'node:net'
import { fieldProblem } from '../../00-kernel/index.ts'
import { isExplicitlyAllowed, isPublicAddress } from '../../00-kernel/safe-target.ts'

/**
 * Refuses what plainly leads to our own network. Where a name leads is looked at with every call instead: it may
 * change, and a change of the database waits for no resolver.
 */
export function checkUrl(text: string, safeLookup: (url: URL) => unknown): void {
  const url = new URL(text)
  const host = url.hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '')
  const isLocal = isIP(host) ? !isPublicAddress(host) : /(^|\.)localhost$/.test(host)
  if (!isLocal || isExplicitlyAllowed(safeLookup, url)) return
  throw fieldProblem(
    'invalid_request',
    '/url',
    'leads to a private address; whoever runs this server can allow it by ALLOW_PRIVATE_TARGETS',
    'private_target',
  )
}
