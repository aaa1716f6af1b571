import { expect, test } from 'vitest'
import { idForms } from './record-receipts.ts'

test.each([
  ['hexadecimal in the answer, decimal in the receipt', '1A2B', String(0x1a2b)],
  ['the same in lower case', '1a2b', String(0x1a2b)],
  ['with leading zeros', '00001A2B', String(0x1a2b)],
  ['decimal in the answer, hexadecimal in the receipt', '6699', '1A2B'],
  ['with 0x', '6699', '0x1a2b'],
  ['another case', 'abc-def', 'ABC-DEF'],
  ['the same', 'c449ab9744f47b6af1879e49e75e4f40', 'c449ab9744f47b6af1879e49e75e4f40'],
])('a receipt finds its text: %s', (_name, answered, received) => {
  expect(idForms(received)).toContain(answered)
})

test('takes an id that is no number as it is', () => {
  expect(new Set(idForms('msg-1'))).toEqual(new Set(['msg-1', 'MSG-1']))
})
