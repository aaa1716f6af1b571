import { type Content, type Overrides, platforms } from '@carillon/contract'
import { expect, test } from 'vitest'
import { Problem } from '../00-kernel/index.ts'
import { checkConstantSize } from './check-constant-size.ts'
import { buildPayload, compileContent, renderContent } from './rendering/index.ts'

function problemOf(content: Content, overrides?: Overrides): Problem | null {
  try {
    checkConstantSize(content, overrides)
    return null
  } catch (error) {
    if (error instanceof Problem) return error
    throw error
  }
}

const off = (...names: (typeof platforms)[number][]): Overrides =>
  Object.fromEntries(names.map((name) => [name, { enabled: false }]))

test('takes what every provider takes', () => {
  expect(problemOf({ title: 'T', body: 'x'.repeat(3_000) })).toBeNull()
})

test('names platform, bytes and limit of what no provider would take', () => {
  const problem = problemOf({ title: 'T', body: 'x'.repeat(6_000) })
  expect(problem?.code).toBe('payload_too_large')
  expect(problem?.details.extra).toMatchObject({ platform: 'apns', limit_bytes: 4096 })
  expect(problem?.details.errors?.map(({ detail }) => detail)).toEqual([
    expect.stringMatching(/^apns: at least 6\d\d\d bytes, 4096 are allowed\./),
    expect.stringMatching(/^fcm: at least 6\d\d\d bytes, 4096 are allowed\./),
    expect.stringMatching(/^webpush: at least 6\d\d\d bytes, 3993 are allowed\./),
    expect.stringMatching(/^wns: at least 6\d\d\d bytes, 5000 are allowed\./),
  ])
})

test('does not measure a platform that is switched off', () => {
  expect(problemOf({ title: 'T', body: 'x'.repeat(6_000) }, off(...platforms))).toBeNull()
  const problem = problemOf({ title: 'T', body: 'x'.repeat(4_500) }, off('apns', 'fcm', 'webpush'))
  expect(problem).toBeNull()
})

test('counts bytes and not characters', () => {
  expect(problemOf({ title: 'T', body: 'é'.repeat(2_500) }, off('wns'))?.details.extra).toMatchObject({
    platform: 'apns',
  })
  expect(problemOf({ title: 'T', body: 'e'.repeat(2_500) }, off('wns'))).toBeNull()
})

test('counts only what stands outside all tags', () => {
  const hidden = `{% if user.vip %}${'x'.repeat(6_000)}{% endif %}`
  expect(problemOf({ title: 'T', body: `Hello ${hidden}` })).toBeNull()
  expect(problemOf({ title: 'T', body: `{{ user.name }}${'x'.repeat(6_000)}` })).not.toBeNull()
})

test('measures data even when all texts depend on the person', () => {
  const problem = problemOf({ title: '{{ user.name }}', data: { blob: 'x'.repeat(6_000) } })
  expect(problem?.details.errors).toHaveLength(4)
})

test('measures every language, and what overrides put in place of it', () => {
  const content = { title: 'T', body: 'short', locales: { de: { body: 'x'.repeat(6_000) } } }
  expect(problemOf(content)?.details.errors?.[0]?.detail).toContain('bytes in de,')
  const short: Overrides = Object.fromEntries(platforms.map((name) => [name, { body: 'short' }]))
  expect(problemOf(content, short)).toBeNull()
})

test('never refuses what some person could get', () => {
  for (let length = 3_700; length < 4_100; length += 7) {
    const content: Content = { title: '{{ user.n }}', body: 'x'.repeat(length) }
    const overrides = off('fcm', 'webpush', 'wns')
    const smallest = renderContent(compileContent(content, overrides), {
      platform: 'apns',
      locale: null,
      user: { id: 'u', attributes: { n: '' }, identifiers: {}, locale: null, timezone: null },
      app: { id: 'a', name: 'A' },
      message: { id: 'm', metadata: {} },
      variables: {},
    })
    if ('error' in smallest) throw new Error(smallest.error.detail)
    const wire = buildPayload.apns(smallest, {
      deliveryId: '00000000-0000-8000-8000-000000000001',
      ttlSeconds: 60,
      expiresAtSeconds: 1_800_000_000,
      priority: 'high',
    })
    if ('unbuildable' in wire) throw new Error(wire.detail)
    expect(problemOf(content, overrides) === null).toBe(wire.sizeBytes <= wire.limitBytes)
  }
})

test('is quick about hostile content', () => {
  const locales = Object.fromEntries(
    Array.from({ length: 200 }, (_, i) => [`en-x${i}`, { title: `{{ user.t${i} }}` }]),
  )
  const hidden = Array.from({ length: 10 }, () => `{% if user.x %}${'{{ user.y }}'.repeat(1_500)}{% endif %}`)
  const startedAt = performance.now()
  expect(problemOf({ title: 'T', locales, data: { hidden } })).toBeNull()
  expect(
    problemOf({ title: 'T', locales, data: { blob: 'x'.repeat(1_000_000) } })?.details.errors,
  ).toHaveLength(4)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
})
