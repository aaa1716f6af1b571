import type { Attribute } from '@carillon/contract'
import { expect, it } from 'vitest'
import { withSeen } from './attributes.ts'

const email: Attribute = { name: 'email', type: 'string', required: true, values: null, built_in: true }

it('offers undeclared attributes that users carry, by the type of their first value', () => {
  const all = withSeen(
    [email],
    [{ email: 'a@b.c', age: null }, { age: 30, vip: true, city: 'Bonn' }, { age: 'old' }],
  )
  expect(all.map(({ name, type }) => `${name} ${type}`)).toEqual([
    'email string',
    'age number',
    'vip boolean',
    'city string',
  ])
})
