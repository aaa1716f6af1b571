import { readFile } from 'node:fs/promises'
import { excludedReasons, gateOfReason, gates, gatesAsTable } from '@carillon/contract'
import { expect, test } from 'vitest'

test.each([
  'packages/server/src/70-dispatch/README.md',
  'docs/guides/protecting-people.md',
])('%s has the gates as they are', async (file) => {
  expect(await readFile(file, 'utf8')).toContain(`\n${gatesAsTable()}\n`)
})

test('every reason for which nothing is handed over belongs to one gate', () => {
  const all = gates.flatMap(({ reasons }) => reasons as readonly string[])
  expect(all.toSorted()).toEqual(Object.keys(excludedReasons).toSorted())
  expect(gateOfReason('capped')).toBe('caps')
})
