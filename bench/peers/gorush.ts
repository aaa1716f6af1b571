import type { Entrant } from '../rounds/run-rounds.ts'
import { build } from './build.ts'

const version = 'v1.18.9'

/** gorush is a server around sideshow/apns2; that library is measured by itself as well. */
export function gorush(): Entrant {
  const missing = build('.', ['go', 'list', '-m', `github.com/appleboy/gorush@${version}`])
  const reason = missing ?? 'Its module can be had, but nothing here drives it'
  return {
    name: 'gorush',
    version,
    share: 1,
    contestant: { absent: `${reason}; sideshow/apns2, through which it sends to APNs, is measured.` },
  }
}
