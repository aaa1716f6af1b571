import type { lookup } from 'node:dns'
import { expect, test } from 'vitest'
import { createSpreadingLookup } from './addresses.ts'

const found = ['192.0.2.1', '192.0.2.2', '2001:db8::3'].map((address) => ({
  address,
  family: address.includes(':') ? 6 : 4,
}))

function lookupOf(answer: (callback: (error: Error | null, addresses: unknown[]) => void) => void) {
  return createSpreadingLookup(((_name: string, _options: object, callback: Parameters<typeof answer>[0]) =>
    answer(callback)) as typeof lookup)
}

test('each connection begins with another address, and has the others to fall back on', async () => {
  const spread = lookupOf((callback) => callback(null, found))
  const firsts = await Promise.all(
    [0, 1, 2, 3].map(
      () =>
        new Promise((resolve) => {
          spread('push.example', { all: true }, (_error, addresses) => {
            expect(addresses).toHaveLength(3)
            resolve((addresses as typeof found)[0]?.address)
          })
        }),
    ),
  )
  expect(firsts).toEqual(['192.0.2.1', '192.0.2.2', '2001:db8::3', '192.0.2.1'])
})

test('whoever asks for one address gets one', () => {
  const spread = lookupOf((callback) => callback(null, found))
  const got: unknown[] = []
  spread('push.example', {}, (error, address, family) => got.push(error, address, family))
  expect(got).toEqual([null, '192.0.2.1', 4])
})

test('a name that leads nowhere is an error', () => {
  const error = new Error('ENOTFOUND')
  const spread = lookupOf((callback) => callback(error, []))
  const got: unknown[] = []
  spread('push.example', { all: true }, (cause) => got.push(cause))
  expect(got).toEqual([error])
})
