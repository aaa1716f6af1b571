import { MessageCreate, putCredential, SubscriptionCreate } from '@carillon/contract'
import { expect, test } from 'vitest'
import type { z } from 'zod'
import { placesOf } from './problem-answer.ts'

function pointers(schema: z.ZodType | undefined, input: unknown): string[] {
  const result = schema?.safeParse(input)
  return result?.success === false ? placesOf(result.error, '').map(({ pointer }) => pointer) : []
}

test('points at every place that is wrong', () => {
  expect(pointers(SubscriptionCreate, { app_id: 'x', platform: 'pigeon', extra: 1 })).toEqual([
    '/app_id',
    '/platform',
    '/extra',
  ])
})

test('points into nested fields and escapes names', () => {
  expect(pointers(MessageCreate, { to: { all: true, 'a/b~c': 1 } })).toEqual(['/to/a~1b~0c'])
})

test('names both families when an audience has two', () => {
  const id = '018f3c1e-0000-7000-8000-000000000000'
  expect(pointers(MessageCreate, { to: { user_ids: [id], all: true } })).toEqual(['/to/user_ids', '/to/all'])
})

test('of a union’s branches, explains the one that was meant', () => {
  const body = { auth: 'token', key: 'k', key_id: 'x', team_id: 'y', environment: 'production' }
  expect(pointers(putCredential.body, body)).toEqual(['/bundle_id'])
})
