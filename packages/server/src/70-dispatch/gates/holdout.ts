import { createHash } from 'node:crypto'
import type { Holdout } from '@carillon/contract'

/** Whether a person is among those who are left out: the same on every machine, for as long as the salt stays. */
export function isHeldOut({ percent, salt }: Holdout, userId: string): boolean {
  if (percent === 0) return false
  const draw = createHash('sha256').update(`${salt}:${userId}`).digest().readUInt32BE(0)
  return draw < (percent / 100) * 2 ** 32
}
