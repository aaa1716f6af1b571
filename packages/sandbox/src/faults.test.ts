import { expect, it } from 'vitest'
import { createFaults, seededRandom } from './faults.ts'

it('a fault hits its provider only, and goes away after its last time', () => {
  const faults = createFaults(() => 0)
  faults.add({ provider: 'apns', fault: 'status', times: 2 })
  expect(faults.drawForRequest('fcm')).toBeUndefined()
  expect(faults.drawForConnection('apns')).toBe(false)
  expect(faults.drawForRequest('apns')?.hits).toBe(1)
  expect(faults.list()).toMatchObject([{ id: 'fault-1', hits: 1, share: 1 }])
  expect(faults.drawForRequest('apns')?.hits).toBe(2)
  expect(faults.drawForRequest('apns')).toBeUndefined()
  expect(faults.list()).toEqual([])
})

it('a fault with a share hits about that part of the requests, and the same ones for the same seed', () => {
  const hitsOf = (seed: number) => {
    const faults = createFaults(seededRandom(seed))
    faults.add({ provider: 'fcm', fault: 'reset', share: 0.25 })
    return Array.from({ length: 4000 }, () => faults.drawForRequest('fcm') !== undefined)
  }
  const hits = hitsOf(1).filter(Boolean).length
  expect(hits).toBeGreaterThan(900)
  expect(hits).toBeLessThan(1100)
  expect(hitsOf(1)).toEqual(hitsOf(1))
  expect(hitsOf(1)).not.toEqual(hitsOf(2))
})

it('a request that one fault lets pass may be hit by the next', () => {
  const faults = createFaults(() => 0.5)
  faults.add({ provider: 'wns', fault: 'reset', share: 0.1 })
  faults.add({ provider: 'wns', fault: 'hang', share: 0.9 })
  expect(faults.drawForRequest('wns')?.fault).toBe('hang')
})
