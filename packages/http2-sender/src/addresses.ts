import { lookup as lookupName } from 'node:dns'
import type { LookupFunction } from 'node:net'

/**
 * Asks DNS anew for each connection, as Apple wishes, and begins with another address each time: so the connections
 * spread over what the name leads to, and the next address is tried when one does not answer.
 */
export function createSpreadingLookup(resolve: typeof lookupName = lookupName): LookupFunction {
  let turn = 0
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return callback(error, [])
      const first = turn++ % Math.max(1, found.length)
      const addresses = [...found.slice(first), ...found.slice(0, first)]
      if (options.all === true) callback(null, addresses)
      else callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
    })
  }
}
