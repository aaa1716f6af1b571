import { expect, test } from 'vitest'
import { z } from 'zod'
import { Problem } from '../00-kernel/problem.ts'
import { readCredential } from './credential-form.ts'

const Form = z.strictObject({ name: z.string(), file: z.strictObject({ 'a/b~c': z.string() }) })

test('what fits comes back', () => {
  const entered = { name: 'x', file: { 'a/b~c': 'y' } }
  expect(readCredential(Form, entered)).toEqual(entered)
})

test('every wrong, missing and unknown field gets its own JSON pointer', () => {
  try {
    readCredential(Form, { file: { 'a/b~c': 1 }, extra: 1, more: 2 })
    expect.unreachable()
  } catch (error) {
    expect(error).toBeInstanceOf(Problem)
    const { code, details } = error as Problem
    expect(code).toBe('invalid_credential')
    expect(details.errors?.map(({ pointer }) => pointer).sort()).toEqual([
      '/extra',
      '/file/a~1b~0c',
      '/more',
      '/name',
    ])
  }
})
