import { go } from './go.ts'
import { h2o } from './h2o.ts'
import { nghttpd } from './nghttpd.ts'
import { nginx } from './nginx.ts'
import { node } from './node.ts'
import type { ServerAbility, ServerKind } from './server-kind.ts'

export const serverKinds: readonly ServerKind[] = [node, nginx, nghttpd, h2o, go]

export function kindsThatCan(ability: ServerAbility): readonly ServerKind[] {
  return serverKinds.filter(({ can }) => can.has(ability))
}

export { largeBytes, type RealServer, type ServerKind, type ServerLimits } from './server-kind.ts'
